//! What peers are told of errors.
//!
//! Ready-made answers for [`SessionConfig::on_send_error`](crate::SessionConfig::on_send_error).
//! Whatever is chosen, no stack trace leaves unless a replacement carries one.

use crate::hook::Stub;
use crate::value::{Audience, ErrorClass, ErrorValue};

/// What becomes of an error on its way to a peer.
#[derive(Debug, Clone, PartialEq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "it is sent as it is, or another is"
)]
pub enum OutgoingError {
    /// It is sent, without its stack trace.
    Keep,
    /// This one is sent instead, with its stack trace if it has one.
    Replace(ErrorValue<Stub>),
}

/// Tells a peer of every error that the program made on purpose, and only that there was one of any
/// other: the default.
///
/// Not made on purpose are failures of input and output that came by `?`, and those of other
/// sessions: their texts may hold addresses, paths and what other peers said.
pub fn internal(error: &ErrorValue<Stub>) -> OutgoingError {
    tell(error, Audience::Caller)
}

/// Tells a peer of those errors only that are meant for anybody: marked with
/// [`Error::public`](crate::Error::public), of a type that derives
/// [`RpcError`](macro@crate::RpcError), or the library's own about how a call was made. For servers
/// that face strangers.
pub fn unless_public(error: &ErrorValue<Stub>) -> OutgoingError {
    tell(error, Audience::Public)
}

/// Returns the error that stands for one that a peer is told nothing of.
pub(crate) fn generic() -> ErrorValue<Stub> {
    ErrorValue::new(ErrorClass::Error, INTERNAL_ERROR)
}

fn tell(error: &ErrorValue<Stub>, least: Audience) -> OutgoingError {
    if error.audience() >= least {
        OutgoingError::Keep
    } else {
        OutgoingError::Replace(generic())
    }
}

const INTERNAL_ERROR: &str = "An internal error occurred.";
