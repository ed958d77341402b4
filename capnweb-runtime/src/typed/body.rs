//! What requests and responses carry.

use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::data::passthrough;
use crate::hook::Value;
use crate::value::Bytes;

/// The body of a [`Request`](crate::Request) or a [`Response`](crate::Response), whatever it is.
///
/// Where only one kind makes sense, that kind can stand in its place: `Response<String>`,
/// `Request<()>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Body {
    /// Nothing.
    #[default]
    Empty,
    /// A text.
    Text(String),
    /// Bytes. Those of a typed array travel as plain bytes.
    Bytes(Bytes),
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = match self.clone() {
            Self::Empty => Value::Null,
            Self::Text(text) => Value::String(text),
            Self::Bytes(bytes) => Value::Bytes(Bytes::new(bytes)),
        };
        passthrough::serialize(value, serializer)
    }
}

impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match passthrough::deserialize(deserializer)? {
            Value::Null | Value::Undefined => Ok(Self::Empty),
            Value::String(text) => Ok(Self::Text(text)),
            Value::Bytes(bytes) => Ok(Self::Bytes(bytes)),
            other => {
                let found = Unexpected::Other(other.kind());
                Err(D::Error::invalid_type(found, &"a body"))
            }
        }
    }
}

impl From<()> for Body {
    fn from((): ()) -> Self {
        Self::Empty
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Body {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<bytes::Bytes> for Body {
    fn from(bytes: bytes::Bytes) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes.into())
    }
}
