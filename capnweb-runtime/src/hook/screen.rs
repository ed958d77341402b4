//! The screen that every error passes on its way to a peer (protocol W-26, L-20).

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::cap::Outcome;
use super::{Stub, Value};
use crate::error::Error;
use crate::error::redact::{self, OutgoingError};
use crate::value::{ErrorValue, Object};
use crate::wire::{Expr, MAX_ENCODE_DEPTH, WireRef};

/// Says what peers are told of an error.
type Policy = dyn Fn(&ErrorValue<Stub>) -> OutgoingError + Send + Sync;

/// What decides which errors leave a session, and in what words.
///
/// It runs code of a user's, and lets go of what is not sent: not under a session's lock.
#[derive(Clone)]
pub(crate) struct Screen {
    policy: Arc<Policy>,
    /// How many errors may be inside one another.
    max_error_depth: usize,
}

impl Screen {
    pub(crate) fn new(policy: Arc<Policy>, max_error_depth: usize) -> Self {
        Self {
            policy,
            max_error_depth,
        }
    }

    /// Returns what is told of an outcome; the same one if no error is in it.
    pub(crate) fn outcome(&self, outcome: &Arc<Outcome>) -> Arc<Outcome> {
        match outcome.as_ref() {
            Ok(value) if !holds_error(value) => Arc::clone(outcome),
            Ok(value) => {
                let mut value = value.clone();
                self.value(&mut value);
                Arc::new(Ok(value))
            }
            Err(error) => Arc::new(Err(self.error(error.clone()))),
        }
    }

    /// Returns what is told of a failure.
    pub(crate) fn error(&self, error: Error) -> Error {
        let mut thrown = error.into_value();
        self.value(&mut thrown);
        Error::thrown(thrown)
    }

    /// Puts in the place of every error in a value what is told of it.
    pub(crate) fn value(&self, value: &mut Value) {
        self.value_at(value, Place::default());
    }

    /// Puts in the place of every error in an instruction what is told of it (B-19). The policy sees
    /// them without their properties, which only have a meaning where they are evaluated.
    pub(crate) fn expression(&self, expr: &mut Expr) {
        match expr {
            Expr::Error(error) => self.expressed_error(error),
            Expr::Capability(WireRef::Import(target) | WireRef::Pipeline(target)) => {
                target
                    .args
                    .iter_mut()
                    .flatten()
                    .for_each(|arg| self.expression(arg));
            }
            Expr::Capability(WireRef::Remap(remap)) => {
                let readable = remap
                    .instructions
                    .iter_mut()
                    .filter_map(|expr| expr.as_mut().ok());
                readable.for_each(|expr| self.expression(expr));
            }
            other => other
                .children_mut()
                .for_each(|child| self.expression(child)),
        }
    }

    fn expressed_error(&self, error: &mut ErrorValue<WireRef>) {
        let message = std::mem::take(&mut error.message);
        let mut judged = ErrorValue::new(error.class, message).for_audience(error.audience());
        judged.stack = error.stack.take();
        match self.judge(&judged) {
            OutgoingError::Keep => error.message = judged.message,
            OutgoingError::Replace(other) => {
                *error = ErrorValue::new(other.class, other.message);
                error.stack = other.stack;
            }
        }
        error
            .props
            .iter_mut()
            .for_each(|(_, prop)| self.expression(prop));
    }

    fn value_at(&self, value: &mut Value, place: Place) {
        if place.depth > MAX_ENCODE_DEPTH {
            // Nothing of this is sent, because it nests too deep.
            return;
        }
        if let Value::Error(error) = value {
            return self.error_at(error, place);
        }
        for child in value.children_mut() {
            self.value_at(child, place.below());
        }
    }

    fn error_at(&self, error: &mut ErrorValue<Stub>, place: Place) {
        match self.judge(error) {
            OutgoingError::Keep => error.stack = None,
            OutgoingError::Replace(other) => *error = other,
        }
        let inside = place.inside_error();
        if inside.errors >= self.max_error_depth {
            error.props = without_errors(std::mem::take(&mut error.props));
        }
        for (_, prop) in error.props.iter_mut() {
            self.value_at(prop, inside);
        }
    }

    /// Asks the policy. One that panics has said nothing.
    fn judge(&self, error: &ErrorValue<Stub>) -> OutgoingError {
        catch_unwind(AssertUnwindSafe(|| (self.policy)(error)))
            .unwrap_or_else(|_| OutgoingError::Replace(redact::generic()))
    }
}

impl fmt::Debug for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Screen")
    }
}

/// Where a value stands in what is sent.
#[derive(Clone, Copy, Default)]
struct Place {
    depth: usize,
    errors: usize,
}

impl Place {
    const fn below(self) -> Self {
        let depth = self.depth.saturating_add(1);
        Self { depth, ..self }
    }

    const fn inside_error(self) -> Self {
        Self {
            depth: self.depth.saturating_add(1),
            errors: self.errors.saturating_add(1),
        }
    }
}

/// Returns whether an error is in a value, outside of promises.
pub(crate) fn holds_error(value: &Value) -> bool {
    value.any(&|inside| matches!(inside, Value::Error(_)))
}

fn without_errors(props: Object<Stub>) -> Object<Stub> {
    props
        .into_iter()
        .filter(|(_, prop)| !holds_error(prop))
        .collect()
}
