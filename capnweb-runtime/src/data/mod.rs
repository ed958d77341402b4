//! temp
use crate::hook::Value;
use serde::{Serialize, de::DeserializeOwned};
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("x")]
pub struct SerializeError;
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("x")]
pub struct DeserializeError;
pub(crate) fn to_value<T: Serialize + ?Sized>(_: &T) -> Result<Value, SerializeError> {
    Err(SerializeError)
}
pub(crate) fn from_value<T: DeserializeOwned>(_: Value) -> Result<T, DeserializeError> {
    Err(DeserializeError)
}
pub(crate) mod passthrough {
    use crate::hook::Value;
    use serde::{Deserializer, Serializer};
    pub(crate) fn serialize<S: Serializer>(_: Value, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_unit()
    }
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(_: D) -> Result<Value, D::Error> {
        Err(serde::de::Error::custom(""))
    }
}
impl Serialize for Value {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        passthrough::serialize(self.clone(), s)
    }
}
impl<'de> serde::Deserialize<'de> for Value {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        passthrough::deserialize(d)
    }
}
