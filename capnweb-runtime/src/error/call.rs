//! Why a call gave no value.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::data::{DeserializeError, SerializeError};
use super::disconnect::Disconnect;
use super::excerpt::Excerpt;
use crate::hook::{Stub, Value};
use crate::value::{Audience, ErrorClass, ErrorValue, Path, Segment};
use crate::wire::EncodeError;

/// The result of a call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call gave no value: what a caller sees, and what a method returns to fail.
///
/// In a method, make one with [`Error::new`] and its siblings; a JavaScript caller catches an error
/// of that class with that message. For errors that callers should tell apart, write an enum and
/// derive `RpcError` for it.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The callee failed, with what it threw.
    #[error("{0}")]
    Thrown(Box<Thrown>),
    /// The session ended before the answer came, or before the call was made: what was called may have
    /// happened. A [`ReconnectingClient`](crate::ReconnectingClient) says more: of a call that was
    /// under way, which of the next two it is, and this only of references that have ended with their
    /// connection.
    #[error("{0}")]
    Disconnected(#[from] Disconnect),
    /// Nothing of the call has left this process, and nothing will: it may be made again. Only a
    /// [`ReconnectingClient`](crate::ReconnectingClient) says so.
    #[error("not sent: {0}")]
    NotSent(#[source] Disconnect),
    /// The connection broke after the call was handed to it, wholly or in part, and before the answer
    /// came: it may have been carried out. Only a [`ReconnectingClient`](crate::ReconnectingClient)
    /// says so.
    #[error("sent, and not answered: {0}")]
    MaybeExecuted(#[source] Disconnect),
    /// The reference was revoked.
    #[error("revoked: {0}")]
    Revoked(Arc<str>),
    /// A guard or a membrane let it not pass, for this reason. What was called has not begun.
    #[error("denied: {0}")]
    Denied(Arc<str>),
    /// No answer came in time: the caller's time ran out, or that which the callee may take
    /// ([`Limits::max_handler_time`](crate::Limits::max_handler_time)). What was called may have
    /// happened, or may yet happen.
    #[error("timed out after {0:?}")]
    TimedOut(Duration),
    /// The program could not read or write something; made by `?`. A peer is told that there was an
    /// internal error, and nothing of this text.
    #[error("{0}")]
    Io(#[source] Arc<std::io::Error>),
    /// An argument or a result cannot be sent.
    #[error("{0}")]
    Unsendable(#[from] Unsendable),
    /// The result is not of the type the interface promises.
    #[error("the result is not what the interface promises: {0}")]
    Mistyped(#[from] DeserializeError),
}

/// What a callee threw: nearly always an error object, but a peer may throw any
/// value.
#[derive(Debug, Clone, PartialEq)]
pub struct Thrown(Value);

/// Why a value cannot be sent.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Unsendable {
    /// The data has no form on the wire.
    #[error("{0}")]
    Data(#[from] SerializeError),
    /// The value has no form on the wire.
    #[error("{0}")]
    Value(#[from] EncodeError),
    /// The peer already holds as much as its limit allows.
    #[error("The peer holds {0} references, which is the limit.")]
    TooManyExports(usize),
    /// The peer has given, or owes, as much as this side's limit allows: it does not answer.
    #[error("{0} references and results of the peer's are held or awaited, which is the limit.")]
    TooManyImports(usize),
    /// As many streams are being sent to the peer as this side's limit allows.
    #[error("{0} streams are being sent to the peer, which is the limit.")]
    TooManyStreams(usize),
    /// A stream that is read, or was passed on, cannot be passed on.
    #[error("The stream is being read, or was passed on, already.")]
    StreamTaken,
    /// The value is larger than what may wait to be sent.
    #[error("The message would be larger than {0} bytes, which is the limit.")]
    TooLarge(usize),
}

impl Error {
    /// Creates an `Error` with a message.
    pub fn new(message: impl Into<String>) -> Self {
        Self::of_class(ErrorClass::Error, message)
    }

    /// Creates a `TypeError` with a message.
    pub fn type_error(message: impl Into<String>) -> Self {
        Self::of_class(ErrorClass::TypeError, message)
    }

    /// Creates a `RangeError` with a message.
    pub fn range_error(message: impl Into<String>) -> Self {
        Self::of_class(ErrorClass::RangeError, message)
    }

    /// Creates an error of some class with a message.
    pub fn of_class(class: ErrorClass, message: impl Into<String>) -> Self {
        ErrorValue::new(class, message).into()
    }

    /// Creates an `AggregateError`: one error that stands for several.
    ///
    /// ```
    /// use capnweb_runtime::{Error, ErrorClass};
    ///
    /// let both = Error::aggregate("neither", [Error::new("one"), Error::type_error("other")]);
    /// assert_eq!(both.class(), ErrorClass::AggregateError);
    /// let messages: Vec<_> = both.errors().iter().map(Error::to_string).collect();
    /// assert_eq!(messages, ["one", "other"]);
    /// ```
    pub fn aggregate(message: impl Into<String>, errors: impl IntoIterator<Item = Self>) -> Self {
        let errors = errors.into_iter().map(Self::into_value).collect();
        Self::of_class(ErrorClass::AggregateError, message)
            .with_prop("errors", Value::Array(errors))
    }

    /// Creates an error from whatever a peer threw.
    pub(crate) fn thrown(value: Value) -> Self {
        Self::Thrown(Box::new(Thrown(value)))
    }

    /// Adds a property that the caller sees on the error object.
    #[must_use]
    pub fn with_prop(self, name: impl Into<String>, value: Value) -> Self {
        let mut error = self.into_error_value();
        drop(error.props.insert(name, value));
        error.into()
    }

    /// Adds the error that led to this one, as the property `cause`.
    #[must_use]
    pub fn with_cause(self, cause: Self) -> Self {
        let cause = cause.into_value();
        self.with_prop("cause", cause)
    }

    /// Says that strangers may read this error: a server that tells them no others sends it as it
    /// is ([`redact::unless_public`](crate::redact::unless_public)).
    #[must_use]
    pub fn public(self) -> Self {
        self.into_error_value()
            .for_audience(Audience::Public)
            .into()
    }

    /// Returns the JavaScript class a peer sees.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Thrown(thrown) => thrown
                .error()
                .map_or(ErrorClass::Error, |error| error.class),
            Self::Disconnected(Disconnect::Violation(violation)) => violation.class(),
            Self::Disconnected(Disconnect::AbortedByPeer { class, .. }) => *class,
            Self::Disconnected(_)
            | Self::NotSent(_)
            | Self::MaybeExecuted(_)
            | Self::Revoked(_)
            | Self::Denied(_)
            | Self::TimedOut(_)
            | Self::Io(_) => ErrorClass::Error,
            Self::Unsendable(_) | Self::Mistyped(_) => ErrorClass::TypeError,
        }
    }

    /// Returns a property of the error object that was thrown.
    pub fn prop(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Thrown(thrown) => thrown.error()?.props.get(name),
            _ => None,
        }
    }

    /// Returns the errors that an `AggregateError` stands for; none of any other error.
    pub fn errors(&self) -> Vec<Self> {
        let Self::Thrown(thrown) = self else {
            return Vec::new();
        };
        let errors = thrown.error().map_or(&[][..], ErrorValue::errors);
        errors.iter().cloned().map(Self::thrown).collect()
    }

    /// Returns whether the reference was revoked, here or at the peer.
    pub fn is_revoked(&self) -> bool {
        matches!(self, Self::Revoked(_)) || self.has_code(REVOKED)
    }

    /// Returns whether a guard or a membrane let it not pass, here or at the peer.
    pub fn is_denied(&self) -> bool {
        matches!(self, Self::Denied(_)) || self.has_code(DENIED)
    }

    /// Returns whether time ran out, here or at the peer.
    pub fn is_timed_out(&self) -> bool {
        matches!(self, Self::TimedOut(_)) || self.has_code(TIMED_OUT)
    }

    fn has_code(&self, code: &str) -> bool {
        matches!(self.prop("code"), Some(Value::String(own)) if own == code)
    }

    /// Returns whether the session ended, or there was none.
    pub const fn is_disconnected(&self) -> bool {
        self.disconnect().is_some()
    }

    /// Returns why the session ended, if it did.
    pub const fn disconnect(&self) -> Option<&Disconnect> {
        match self {
            Self::Disconnected(reason) | Self::NotSent(reason) | Self::MaybeExecuted(reason) => {
                Some(reason)
            }
            _ => None,
        }
    }

    /// Returns whether it is certain that nothing of the call has left this process, so that it may be
    /// made again.
    pub const fn is_not_sent(&self) -> bool {
        matches!(self, Self::NotSent(_))
    }

    pub(crate) fn not_a_function(path: &Path) -> Self {
        let path = path.to_string();
        Self::type_error(format!("'{}' is not a function.", Excerpt::of_text(&path))).public()
    }

    pub(crate) fn cannot_read(segment: &Segment) -> Self {
        let name = segment.to_string();
        Self::type_error(format!(
            "Cannot read properties of undefined (reading '{}')",
            Excerpt::of_text(&name)
        ))
        .public()
    }

    /// Returns what a peer is told.
    pub(crate) fn into_value(self) -> Value {
        match self {
            Self::Thrown(thrown) => thrown.0,
            error => Value::Error(Box::new(error.into_error_value())),
        }
    }

    fn into_error_value(self) -> ErrorValue<Stub> {
        let (class, message) = (self.class(), self.to_string());
        match self {
            Self::Thrown(thrown) => match thrown.0 {
                Value::Error(error) => *error,
                _ => ErrorValue::new(class, message),
            },
            Self::Revoked(reason) => {
                coded(class, message, &[("code", REVOKED), ("reason", &reason)])
            }
            Self::Denied(reason) => coded(class, message, &[("code", DENIED), ("reason", &reason)]),
            Self::TimedOut(_) => coded(class, message, &[("code", TIMED_OUT)]),
            // A batch that has ended is always the peer's own: there is nothing else in the text.
            Self::Unsendable(_) | Self::Disconnected(Disconnect::BatchEnded) => {
                ErrorValue::new(class, message).for_audience(Audience::Public)
            }
            // What happened to other sessions, or on this machine, was not written for this peer.
            Self::Disconnected(_)
            | Self::NotSent(_)
            | Self::MaybeExecuted(_)
            | Self::Mistyped(_)
            | Self::Io(_) => ErrorValue::new(class, message).for_audience(Audience::Program),
        }
    }
}

fn coded(class: ErrorClass, message: String, props: &[(&str, &str)]) -> ErrorValue<Stub> {
    let mut error = ErrorValue::new(class, message).for_audience(Audience::Public);
    let text = |text: &str| Value::String(text.to_owned());
    error.props = props
        .iter()
        .map(|(name, value)| (*name, text(value)))
        .collect();
    error
}

/// The property `code` of a revocation, by which it is known after a trip over the wire.
const REVOKED: &str = "REVOKED";

/// The same of a denial.
const DENIED: &str = "DENIED";

/// The same of time that ran out.
const TIMED_OUT: &str = "TIMED_OUT";

impl Thrown {
    /// Returns the value that was thrown.
    pub const fn value(&self) -> &Value {
        &self.0
    }

    /// Returns the error object, if it is one.
    pub fn error(&self) -> Option<&ErrorValue<Stub>> {
        match &self.0 {
            Value::Error(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for Thrown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Value::Error(error) => f.write_str(&error.message),
            Value::String(text) => f.write_str(text),
            other => write!(f, "the callee threw {}", other.kind()),
        }
    }
}

impl From<ErrorValue<Stub>> for Error {
    fn from(error: ErrorValue<Stub>) -> Self {
        Self::thrown(Value::Error(Box::new(error)))
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Io(Arc::new(error))
    }
}

impl From<SerializeError> for Error {
    fn from(error: SerializeError) -> Self {
        Self::Unsendable(error.into())
    }
}
