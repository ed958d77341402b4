//! From data to values.

use std::fmt::Display;

use serde::ser::{Serialize, Serializer};

use super::object_serializer::{ArraySerializer, ObjectSerializer, VariantSerializer};
use super::passthrough;
use crate::error::{SerializeError, SerializeFault};
use crate::hook::Value;
use crate::value::{Bytes, Tree, is_dropped};

/// Turns data into a value, for calls without a schema; stubs and promises inside stay what they
/// are.
///
/// ```
/// use capnweb_runtime::{Value, to_value};
///
/// let value = to_value(&("Ann", 40))?;
/// assert_eq!(value, Value::Array(vec![Value::String("Ann".into()), Value::Number(40.0)]));
/// # Ok::<_, capnweb_runtime::SerializeError>(())
/// ```
///
/// # Errors
///
/// When something in it has no form on the wire, such as an integer beyond 2⁵³; the error says
/// where.
pub fn to_value<T: Serialize + ?Sized>(data: &T) -> Result<Value, SerializeError> {
    let scope = passthrough::Sending::begin();
    let value = data.serialize(ValueSerializer::WHOLE)?;
    scope.end()?;
    Ok(value)
}

/// What data is serialized into.
#[derive(Clone, Copy)]
pub(super) struct ValueSerializer {
    unit: Unit,
}

/// What becomes of a unit.
#[derive(Clone, Copy)]
enum Unit {
    /// As a whole value it is undefined, like the result of a function without one; and in a tuple,
    /// such as the arguments of a call.
    Undefined,
    /// In a struct or map it is null, because a member that is undefined counts as absent when a
    /// struct is read; and in a list, since the null of `serde_json` is a unit, too.
    Null,
}

impl ValueSerializer {
    /// For a whole value, or a part of a tuple.
    pub(super) const WHOLE: Self = Self {
        unit: Unit::Undefined,
    };

    /// For a member of an object, or an element of a list.
    pub(super) const INNER: Self = Self { unit: Unit::Null };
}

macro_rules! serialize_integers {
    ($($method:ident($type:ty);)*) => {$(
        fn $method(self, number: $type) -> Result<Value, SerializeError> {
            let too_large = || SerializeFault::IntegerTooLarge {
                type_name: stringify!($type),
                number: number.to_string(),
            };
            let integer = i64::try_from(number).ok().and_then(safe_integer);
            Ok(Tree::Number(integer.ok_or_else(too_large)?))
        }
    )*};
}

impl Serializer for ValueSerializer {
    type Ok = Value;
    type Error = SerializeError;
    type SerializeSeq = ArraySerializer;
    type SerializeTuple = ArraySerializer;
    type SerializeTupleStruct = ArraySerializer;
    type SerializeTupleVariant = VariantSerializer<ArraySerializer>;
    type SerializeMap = ObjectSerializer;
    type SerializeStruct = ObjectSerializer;
    type SerializeStructVariant = VariantSerializer<ObjectSerializer>;

    serialize_integers! {
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
    }

    fn serialize_bool(self, bool: bool) -> Result<Value, SerializeError> {
        Ok(Tree::Bool(bool))
    }

    fn serialize_f32(self, number: f32) -> Result<Value, SerializeError> {
        Ok(Tree::Number(f64::from(number)))
    }

    fn serialize_f64(self, number: f64) -> Result<Value, SerializeError> {
        Ok(Tree::Number(number))
    }

    fn serialize_char(self, character: char) -> Result<Value, SerializeError> {
        Ok(Tree::String(character.to_string()))
    }

    fn serialize_str(self, text: &str) -> Result<Value, SerializeError> {
        Ok(Tree::String(text.to_owned()))
    }

    fn collect_str<T: Display + ?Sized>(self, text: &T) -> Result<Value, SerializeError> {
        Ok(Tree::String(text.to_string()))
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<Value, SerializeError> {
        Ok(Tree::Bytes(Bytes::new(bytes.to_vec())))
    }

    fn serialize_none(self) -> Result<Value, SerializeError> {
        Ok(Tree::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, data: &T) -> Result<Value, SerializeError> {
        data.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, SerializeError> {
        Ok(match self.unit {
            Unit::Undefined => Tree::Undefined,
            Unit::Null => Tree::Null,
        })
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<Value, SerializeError> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<Value, SerializeError> {
        Ok(Tree::String(variant.to_owned()))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        data: &T,
    ) -> Result<Value, SerializeError> {
        passthrough::accept(name, data, self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        data: &T,
    ) -> Result<Value, SerializeError> {
        let mut object = ObjectSerializer::with_capacity(1);
        object.member(variant, data)?;
        Ok(object.finish())
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<ArraySerializer, SerializeError> {
        Ok(ArraySerializer::list(length.unwrap_or(0)))
    }

    fn serialize_tuple(self, length: usize) -> Result<ArraySerializer, SerializeError> {
        Ok(ArraySerializer::tuple(length))
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        length: usize,
    ) -> Result<ArraySerializer, SerializeError> {
        Ok(ArraySerializer::tuple(length))
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<VariantSerializer<ArraySerializer>, SerializeError> {
        VariantSerializer::new(variant, ArraySerializer::tuple(length))
    }

    fn serialize_map(self, length: Option<usize>) -> Result<ObjectSerializer, SerializeError> {
        Ok(ObjectSerializer::with_capacity(length.unwrap_or(0)))
    }

    fn serialize_struct(
        self,
        _name: &'static str,
        length: usize,
    ) -> Result<ObjectSerializer, SerializeError> {
        Ok(ObjectSerializer::with_capacity(length))
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<VariantSerializer<ObjectSerializer>, SerializeError> {
        VariantSerializer::new(variant, ObjectSerializer::with_capacity(length))
    }
}

/// Refuses a name that no receiver would keep.
pub(super) fn allowed_name(name: &str) -> Result<&str, SerializeError> {
    if is_dropped(name) {
        return Err(SerializeFault::DroppedName(name.to_owned()).into());
    }
    Ok(name)
}

/// Returns the integer as a double if that and all its neighbours are exact.
fn safe_integer(integer: i64) -> Option<f64> {
    #[allow(clippy::cast_precision_loss, reason = "used only where it is exact")]
    let number = integer as f64;
    (integer.unsigned_abs() <= MAX_SAFE_INTEGER).then_some(number)
}

const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;
