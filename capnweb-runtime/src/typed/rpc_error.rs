//! Errors of a user's own type, across the wire.

use super::capability::Wire;
use crate::data;
use crate::error::Error;
use crate::hook::Value;
use crate::value::ErrorClass;

/// An error type that methods can return and callers get back.
///
/// Derive it for an enum; its variants travel as error objects with the
/// property `code` and their fields beside it, and come back as the same variants.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of a capability's method",
    note = "derive `capnweb_runtime::RpcError` for it, or use `capnweb_runtime::Error`"
)]
pub trait RpcError: Sized + Send + 'static {
    /// Turns it into what travels.
    fn into_error(self) -> Error;

    /// Reads it from what came; everything has a place in it, also a lost connection.
    fn from_error(error: Error) -> Self;
}

impl RpcError for Error {
    fn into_error(self) -> Error {
        self
    }

    fn from_error(error: Error) -> Self {
        error
    }
}

/// An error object in the making.
#[derive(Debug)]
pub struct ErrorBuilder(Error);

/// Begins the error object of a typed error.
pub fn typed_error(class: &'static str, code: &'static str, message: String) -> ErrorBuilder {
    let error = Error::of_class(ErrorClass::from_name(class), message);
    ErrorBuilder(
        error
            .public()
            .with_prop("code", Value::String(code.to_owned())),
    )
}

impl ErrorBuilder {
    /// Adds a field. One that cannot travel is left out: the error itself always arrives.
    #[must_use]
    pub fn prop<T: Wire>(self, name: &'static str, value: &T) -> Self {
        match data::to_value(value) {
            Ok(value) => Self(self.0.with_prop(name, value)),
            Err(_) => self,
        }
    }

    /// Returns the error.
    pub fn build(self) -> Error {
        self.0
    }
}

/// Returns the code of a typed error, if it is one.
pub fn error_code(error: &Error) -> Option<&str> {
    match error.prop("code") {
        Some(Value::String(code)) => Some(code),
        _ => None,
    }
}

/// Reads a field of a typed error, if it is there and of that type.
pub fn error_prop<T: Wire>(error: &Error, name: &'static str) -> Option<T> {
    let value = error.prop(name).cloned().unwrap_or_default();
    data::from_value(value).ok()
}
