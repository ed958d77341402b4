//! What a program's own stream may yield.

use crate::data;
use crate::error::Error;
use crate::hook::{Outcome, Value};
use crate::typed::{RpcError, Wire};

/// What a stream of `T` may yield here: a `T`, or a `Result` of one whose error ends the stream.
#[diagnostic::on_unimplemented(
    message = "a stream of `{Self}` is no stream of `{T}`",
    note = "its items must be `{T}`, or `Result<{T}, E>` with an `E` that is an `RpcError`"
)]
pub trait IntoChunk<T>: Send + 'static {
    /// Turns it into what travels.
    #[doc(hidden)]
    fn into_chunk(self) -> Outcome;
}

#[diagnostic::do_not_recommend]
impl<T: Wire> IntoChunk<T> for T {
    fn into_chunk(self) -> Outcome {
        Ok(data::to_value(&self)?)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Wire, E: RpcError> IntoChunk<T> for Result<T, E> {
    fn into_chunk(self) -> Outcome {
        self.map_err(RpcError::into_error)?.into_chunk()
    }
}

/// Reads a chunk as what it is to be.
pub(super) fn read_chunk<T: Wire>(chunk: Value) -> Result<T, Error> {
    data::from_value(chunk).map_err(|error| Error::type_error(format!("chunk: {error}")))
}
