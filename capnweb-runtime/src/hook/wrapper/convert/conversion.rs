//! Values, failures and results, with every capability in them changed.

use crate::error::Error;
use crate::hook::cap::{Cap, Outcome};
use crate::hook::promise::Resolver;
use crate::hook::wrapper::steps::{Step, left_out};
use crate::hook::{Stub, Value};

/// What becomes of each capability in something that passes a wrapper.
pub(in crate::hook) trait Conversion: Clone + Send + Sync + 'static {
    /// Returns what takes the place of a capability: a promise, an object or a stream. Fails if it
    /// may not pass, and with it all that it is a part of.
    fn capability(&self, stub: &Stub) -> Result<Stub, Error>;

    /// Returns whether everything passes as it is.
    fn is_idle(&self) -> bool {
        false
    }

    /// Converts what a call has come to.
    fn outcome(&self, outcome: Outcome) -> Outcome {
        match outcome {
            Ok(value) => convert_value(value, self),
            Err(error) => Err(self.error(error)),
        }
    }

    /// Converts a chunk of a stream, or why there are no more.
    fn chunk(&self, chunk: Outcome) -> Outcome {
        self.outcome(chunk)
    }

    /// Converts what a failure carries, its causes too. One that carries what may not pass is still
    /// told, in words only.
    fn error(&self, error: Error) -> Error {
        let Error::Thrown(thrown) = &error else {
            return error;
        };
        if left_out(Step::Carried) {
            return error;
        }
        match convert_value(thrown.value().clone(), self) {
            Ok(value) => Error::thrown(value),
            Err(_) => Error::of_class(error.class(), error.to_string()),
        }
    }
}

/// What passes as it is.
#[derive(Clone, Copy)]
pub(in crate::hook::wrapper) struct Untouched;

impl Conversion for Untouched {
    fn capability(&self, stub: &Stub) -> Result<Stub, Error> {
        Ok(stub.clone())
    }

    fn is_idle(&self) -> bool {
        true
    }

    fn error(&self, error: Error) -> Error {
        error
    }
}

/// Converts every capability in a value; fails if there is one that may not pass.
pub(in crate::hook::wrapper) fn convert_value(
    mut value: Value,
    conversion: &impl Conversion,
) -> Outcome {
    convert_in_place(&mut value, conversion)?;
    Ok(value)
}

/// Returns the right to settle a promise with something that is converted first.
pub(in crate::hook::wrapper) fn converting(
    conversion: impl Conversion,
    result: Resolver,
) -> Resolver {
    if conversion.is_idle() {
        return result;
    }
    result.adapted(move |outcome| conversion.outcome(outcome))
}

/// Passes a result on once it is known, converted.
pub(in crate::hook::wrapper) fn settle_converted(
    promise: &Cap,
    conversion: impl Conversion,
    result: Resolver,
) {
    result.settle_from(promise, move |outcome| conversion.outcome(outcome.clone()));
}

fn convert_in_place(value: &mut Value, conversion: &impl Conversion) -> Result<(), Error> {
    if let Value::Capability(stub) = value {
        *stub = conversion.capability(stub)?;
        return Ok(());
    }
    value
        .children_mut()
        .try_for_each(|child| convert_in_place(child, conversion))
}
