//! Data that cannot be made, as failures: in a method, `?` is enough.

use super::call::Error;
use crate::value::{InvalidDate, InvalidHeader, InvalidRequest, InvalidResponse};

impl From<InvalidHeader> for Error {
    fn from(error: InvalidHeader) -> Self {
        Self::type_error(error.to_string())
    }
}

impl From<InvalidRequest> for Error {
    fn from(error: InvalidRequest) -> Self {
        Self::type_error(error.to_string())
    }
}

impl From<InvalidResponse> for Error {
    fn from(error: InvalidResponse) -> Self {
        Self::of_class(error.class(), error.to_string())
    }
}

impl From<InvalidDate> for Error {
    fn from(error: InvalidDate) -> Self {
        Self::range_error(error.to_string())
    }
}
