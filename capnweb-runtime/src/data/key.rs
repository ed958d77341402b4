//! Map keys: in a value, every key is text.

use std::fmt::Display;

use serde::de::value::StrDeserializer;
use serde::de::{Deserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde::ser::{Impossible, Serialize, Serializer};

use crate::error::{DeserializeError, Excerpt, SerializeError, SerializeFault};

/// Turns keys into text, as `serde_json` does.
pub(super) struct KeySerializer;

macro_rules! serialize_as_text {
    ($($method:ident($type:ty);)*) => {$(
        fn $method(self, key: $type) -> Result<String, SerializeError> {
            Ok(key.to_string())
        }
    )*};
}

macro_rules! refuse {
    ($($method:ident($($type:ty),*) -> $ok:ty, $kind:literal;)*) => {$(
        fn $method(self, $(_: $type),*) -> Result<$ok, SerializeError> {
            Err(SerializeFault::KeyWithoutText($kind).into())
        }
    )*};
}

type Never = Impossible<String, SerializeError>;

impl Serializer for KeySerializer {
    type Ok = String;
    type Error = SerializeError;
    type SerializeSeq = Never;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeMap = Never;
    type SerializeStruct = Never;
    type SerializeStructVariant = Never;

    serialize_as_text! {
        serialize_bool(bool);
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_i128(i128);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
        serialize_u128(u128);
        serialize_char(char);
        serialize_str(&str);
    }

    refuse! {
        serialize_f32(f32) -> String, "a fraction";
        serialize_f64(f64) -> String, "a fraction";
        serialize_bytes(&[u8]) -> String, "bytes";
        serialize_none() -> String, "an option";
        serialize_unit() -> String, "a unit";
        serialize_unit_struct(&'static str) -> String, "a unit";
        serialize_seq(Option<usize>) -> Never, "an array";
        serialize_tuple(usize) -> Never, "an array";
        serialize_tuple_struct(&'static str, usize) -> Never, "an array";
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Never, "an enum with data";
        serialize_map(Option<usize>) -> Never, "an object";
        serialize_struct(&'static str, usize) -> Never, "an object";
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Never, "an enum with data";
    }

    fn collect_str<T: Display + ?Sized>(self, text: &T) -> Result<String, SerializeError> {
        Ok(text.to_string())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, key: &T) -> Result<String, SerializeError> {
        key.serialize(self)
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<String, SerializeError> {
        Ok(variant.to_owned())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        key: &T,
    ) -> Result<String, SerializeError> {
        key.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _data: &T,
    ) -> Result<String, SerializeError> {
        Err(SerializeFault::KeyWithoutText("an enum with data").into())
    }
}

/// Reads keys from their text.
pub(super) struct KeyDeserializer<'a>(pub(super) &'a str);

macro_rules! deserialize_from_text {
    ($($method:ident, $visit:ident($type:ty), $kind:literal;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
            match self.0.parse::<$type>() {
                Ok(key) => visitor.$visit(key),
                Err(_) => Err(DeserializeError::mismatch(
                    $kind,
                    format_args!("the key \"{}\"", Excerpt::of_name(self.0)),
                )),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for KeyDeserializer<'_> {
    type Error = DeserializeError;

    deserialize_from_text! {
        deserialize_bool, visit_bool(bool), "`true` or `false` as the key";
        deserialize_i8, visit_i8(i8), "an integer as the key";
        deserialize_i16, visit_i16(i16), "an integer as the key";
        deserialize_i32, visit_i32(i32), "an integer as the key";
        deserialize_i64, visit_i64(i64), "an integer as the key";
        deserialize_i128, visit_i128(i128), "an integer as the key";
        deserialize_u8, visit_u8(u8), "an unsigned integer as the key";
        deserialize_u16, visit_u16(u16), "an unsigned integer as the key";
        deserialize_u32, visit_u32(u32), "an unsigned integer as the key";
        deserialize_u64, visit_u64(u64), "an unsigned integer as the key";
        deserialize_u128, visit_u128(u128), "an unsigned integer as the key";
    }

    forward_to_deserialize_any! {
        f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        visitor.visit_str(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        visitor.visit_enum(StrDeserializer::new(self.0))
    }
}
