//! `serde` for the types of the data model, which pass through untouched.

use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::passthrough;
use crate::hook::{Stub, Value};
use crate::value::{BigInt, Bytes, Date, ErrorValue, Headers, Object, Tree, Url};

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        passthrough::serialize_ref(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        passthrough::deserialize_optional(deserializer)
    }
}

impl Serialize for Stub {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        passthrough::serialize(Tree::Capability(self.clone()), serializer)
    }
}

impl<'de> Deserialize<'de> for Stub {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match passthrough::deserialize(deserializer)? {
            Tree::Capability(stub) => Ok(stub),
            other => Err(mismatch(&other, "a capability")),
        }
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        passthrough::serialize(Tree::Date(*self), serializer)
    }
}

impl<'de> Deserialize<'de> for Date {
    /// Reads a date; from another format, its milliseconds.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match passthrough::deserialize(deserializer)? {
            Tree::Date(date) => Ok(date),
            Tree::Number(ms) if passthrough::is_foreign() => Ok(Self::from_time_value(ms)),
            Tree::Null if passthrough::is_foreign() => Ok(Self::INVALID),
            other => Err(mismatch(&other, "a date")),
        }
    }
}

impl Serialize for BigInt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        passthrough::serialize(Tree::BigInt(self.clone()), serializer)
    }
}

impl<'de> Deserialize<'de> for BigInt {
    /// Reads a bigint; from another format, its decimal digits.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match passthrough::deserialize(deserializer)? {
            Tree::BigInt(number) => Ok(number),
            Tree::String(digits) if passthrough::is_foreign() => {
                digits.parse().map_err(D::Error::custom)
            }
            other => Err(mismatch(&other, "a bigint")),
        }
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        passthrough::serialize(Tree::Bytes(self.clone()), serializer)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    /// Reads bytes; from another format that has none, such as JSON, an array of them.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match passthrough::deserialize(deserializer)? {
            Tree::Bytes(bytes) => Ok(bytes),
            array @ Tree::Array(_) if passthrough::is_foreign() => {
                let bytes: Vec<u8> = super::from_value(array).map_err(D::Error::custom)?;
                Ok(bytes.into())
            }
            other => Err(mismatch(&other, "bytes")),
        }
    }
}

impl Serialize for Url {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        passthrough::serialize(Tree::Url(self.clone()), serializer)
    }
}

impl<'de> Deserialize<'de> for Url {
    /// Reads a URL; from another format, its text.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match passthrough::deserialize(deserializer)? {
            Tree::Url(url) => Ok(url),
            Tree::String(text) if passthrough::is_foreign() => {
                text.parse().map_err(D::Error::custom)
            }
            other => Err(mismatch(&other, "a URL")),
        }
    }
}

impl Serialize for Headers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        passthrough::serialize(Tree::Headers(self.clone()), serializer)
    }
}

impl<'de> Deserialize<'de> for Headers {
    /// Reads headers; from another format, a list of pairs.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match passthrough::deserialize(deserializer)? {
            Tree::Headers(headers) => Ok(headers),
            pairs @ Tree::Array(_) if passthrough::is_foreign() => passthrough::headers_of(&pairs)
                .ok_or_else(|| D::Error::custom("these pairs are not header fields")),
            other => Err(mismatch(&other, "headers")),
        }
    }
}

impl Serialize for ErrorValue<Stub> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        passthrough::serialize(Tree::Error(Box::new(self.clone())), serializer)
    }
}

impl<'de> Deserialize<'de> for ErrorValue<Stub> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match passthrough::deserialize(deserializer)? {
            Tree::Error(error) => Ok(*error),
            other => Err(mismatch(&other, "an error")),
        }
    }
}

impl Serialize for Object<Stub> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        passthrough::serialize(Tree::Object(self.clone()), serializer)
    }
}

impl<'de> Deserialize<'de> for Object<Stub> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match passthrough::deserialize(deserializer)? {
            Tree::Object(object) => Ok(object),
            other => Err(mismatch(&other, "an object")),
        }
    }
}

pub(super) fn mismatch<E: Error>(found: &Value, expected: &'static str) -> E {
    E::invalid_type(Unexpected::Other(found.kind()), &expected)
}
