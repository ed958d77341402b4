//! From values to data.

use serde::de::{DeserializeOwned, Deserializer, Error, Expected, Unexpected, Visitor};

use super::access::{Elements, Members, Variant};
use super::passthrough;
use crate::error::{DeserializeError, Excerpt};
use crate::hook::Value;
use crate::ids::safe_integer;
use crate::value::{BigInt, Object, Tree};

/// Reads data out of a value, which it consumes: texts and bytes are moved, not copied.
///
/// ```
/// use capnweb_runtime::{from_value, to_value};
///
/// let (name, age): (String, u8) = from_value(to_value(&("Ann", 40))?)?;
/// assert_eq!((name.as_str(), age), ("Ann", 40));
/// # Ok::<_, capnweb_runtime::Error>(())
/// ```
///
/// # Errors
///
/// When the value is not of that type; the error says where.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, DeserializeError> {
    let _scope = passthrough::Receiving::begin();
    T::deserialize(ValueDeserializer(value))
}

/// What data is deserialized from.
pub(super) struct ValueDeserializer(pub(super) Value);

impl ValueDeserializer {
    fn mismatch<T>(&self, expected: &dyn Expected) -> Result<T, DeserializeError> {
        Err(DeserializeError::invalid_type(
            Unexpected::Other(self.0.kind()),
            expected,
        ))
    }

    /// Reads an object as a struct, where undefined members are none (as in JavaScript, by and
    /// large), so that a field's default applies.
    fn read_struct<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.0 {
            Tree::Object(object) => visitor.visit_map(Members::defined(object)),
            _ => self.mismatch(&visitor),
        }
    }

    fn read_array<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.0 {
            Tree::Array(items) => Elements::visit(items.into_iter(), visitor),
            Tree::Bytes(bytes) => {
                let bytes = bytes.into_inner().into_iter();
                Elements::visit(bytes.map(|byte| Tree::Number(f64::from(byte))), visitor)
            }
            _ => self.mismatch(&visitor),
        }
    }

    fn read_text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.0 {
            Tree::String(text) => visitor.visit_string(text),
            _ => self.mismatch(&visitor),
        }
    }

    fn read_number<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.0 {
            Tree::Number(number) => visitor.visit_f64(number),
            _ => self.mismatch(&"a number"),
        }
    }

    fn read_bytes<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.0 {
            Tree::Bytes(bytes) => visitor.visit_byte_buf(bytes.into_inner().into()),
            _ => self.mismatch(&visitor),
        }
    }

    fn read_unit<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.0 {
            Tree::Undefined | Tree::Null => visitor.visit_unit(),
            _ => self.mismatch(&"nothing (undefined or null)"),
        }
    }
}

macro_rules! deserialize_integers {
    ($($method:ident, $visit:ident($type:ty), $kind:literal;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
            let range = || format!("an integer in {}..={}", <$type>::MIN, <$type>::MAX);
            visitor.$visit(integer(&self.0, $kind, range)?)
        }
    )*};
}

/// Methods that do the same, whatever else they are told of the type.
macro_rules! deserialize_by {
    ($($read:ident: $($method:ident $(($($told:ty),*))?),*;)*) => {$($(
        fn $method<V: Visitor<'de>>(
            self,
            $($(_: $told,)*)?
            visitor: V,
        ) -> Result<V::Value, DeserializeError> {
            self.$read(visitor)
        }
    )*)*};
}

impl<'de> Deserializer<'de> for ValueDeserializer {
    type Error = DeserializeError;

    deserialize_integers! {
        deserialize_i8, visit_i8(i8), "an integer";
        deserialize_i16, visit_i16(i16), "an integer";
        deserialize_i32, visit_i32(i32), "an integer";
        deserialize_i64, visit_i64(i64), "an integer";
        deserialize_i128, visit_i128(i128), "an integer";
        deserialize_u8, visit_u8(u8), "an unsigned integer";
        deserialize_u16, visit_u16(u16), "an unsigned integer";
        deserialize_u32, visit_u32(u32), "an unsigned integer";
        deserialize_u64, visit_u64(u64), "an unsigned integer";
        deserialize_u128, visit_u128(u128), "an unsigned integer";
    }

    deserialize_by! {
        read_number: deserialize_f32, deserialize_f64;
        read_text: deserialize_char, deserialize_str, deserialize_string, deserialize_identifier;
        read_bytes: deserialize_bytes, deserialize_byte_buf;
        read_unit: deserialize_unit, deserialize_unit_struct(&'static str);
        read_array: deserialize_seq, deserialize_tuple(usize), deserialize_tuple_struct(&'static str, usize);
    }

    /// Offers whatever there is. Here null is what `serde` calls a unit and undefined is none:
    /// that a missing member is none, too, makes it an undefined one where a value is asked for.
    /// Bytes are not offered as bytes, which a string would take.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.0 {
            Tree::Undefined => visitor.visit_none(),
            Tree::Null => visitor.visit_unit(),
            Tree::Bool(bool) => visitor.visit_bool(bool),
            Tree::Number(number) => visit_number(number, visitor),
            Tree::String(text) => visitor.visit_string(text),
            Tree::Array(items) => Elements::visit(items.into_iter(), visitor),
            Tree::Object(object) => visitor.visit_map(Members::all(object)),
            leaf @ (Tree::BigInt(_)
            | Tree::Date(_)
            | Tree::Bytes(_)
            | Tree::Error(_)
            | Tree::Url(_)
            | Tree::Headers(_)
            | Tree::Request(_)
            | Tree::Response(_)
            | Tree::Blob(_)
            | Tree::Capability(_)) => passthrough::park(leaf, visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self.0 {
            Tree::Bool(bool) => visitor.visit_bool(bool),
            _ => self.mismatch(&visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self.0 {
            Tree::Undefined => visitor.visit_none(),
            Tree::Null => visitor.visit_unit(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        if passthrough::is_asked_for(name) {
            return passthrough::hand_over(self.0, visitor);
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self.0 {
            Tree::Object(object) => visitor.visit_map(Members::all(object)),
            _ => self.mismatch(&visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        self.read_struct(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        match self.0 {
            Tree::String(name) => visitor.visit_enum(Variant::unit(name)),
            Tree::Object(object) => {
                let variant = variant_of(object, &visitor)?;
                visitor.visit_enum(variant)
            }
            _ => self.mismatch(&visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(
        self,
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        visitor.visit_unit()
    }
}

fn variant_of(
    object: Object<crate::hook::Stub>,
    expected: &dyn Expected,
) -> Result<Variant, DeserializeError> {
    let count = object.len();
    let mut members = object.into_iter();
    match (members.next(), members.next()) {
        (Some((name, data)), None) => Ok(Variant::with_data(name, data)),
        _ => Err(DeserializeError::mismatch(
            expected,
            format_args!("an object of {count} members"),
        )),
    }
}

/// Offers a number as an integer if it is one, since a visitor that wants an integer may not take a
/// float, while all that want a float take integers; of −0 only a float keeps the sign.
fn visit_number<'de, V: Visitor<'de>>(
    number: f64,
    visitor: V,
) -> Result<V::Value, DeserializeError> {
    if number.fract() != 0.0 || (number == 0.0 && number.is_sign_negative()) {
        return visitor.visit_f64(number);
    }
    match (u64_of(number), i64_of(number)) {
        (Some(integer), _) => visitor.visit_u64(integer),
        (None, Some(integer)) => visitor.visit_i64(integer),
        (None, None) => visitor.visit_f64(number),
    }
}

/// Returns the integer that a number is, if it is one.
pub(super) fn whole(number: f64) -> Option<i64> {
    if number.fract() == 0.0 {
        i64_of(number)
    } else {
        None
    }
}

fn u64_of(number: f64) -> Option<u64> {
    u128_of(number)?.try_into().ok()
}

fn i64_of(number: f64) -> Option<i64> {
    i128_of(number)?.try_into().ok()
}

fn u128_of(number: f64) -> Option<u128> {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "within the range, which is checked"
    )]
    (0.0..TWO_TO_THE_128TH)
        .contains(&number)
        .then_some(number as u128)
}

fn i128_of(number: f64) -> Option<i128> {
    #[allow(
        clippy::cast_possible_truncation,
        reason = "within the range, which is checked"
    )]
    (-TWO_TO_THE_127TH..TWO_TO_THE_127TH)
        .contains(&number)
        .then_some(number as i128)
}

const TWO_TO_THE_127TH: f64 = 170_141_183_460_469_231_731_687_303_715_884_105_728.0;
const TWO_TO_THE_128TH: f64 = 2.0 * TWO_TO_THE_127TH;

/// Reads an integer out of a number or a bigint; only one that is whole and in range (F-7).
fn integer<N>(
    value: &Value,
    kind: &'static str,
    range: impl Fn() -> String,
) -> Result<N, DeserializeError>
where
    N: TryFrom<i128> + TryFrom<u128> + for<'a> TryFrom<&'a num_bigint::BigInt>,
{
    if let Tree::Number(number) = value
        && let Some(Ok(integer)) = safe_integer(*number).map(|safe| i128::from(safe).try_into())
    {
        return Ok(integer);
    }
    match value {
        Tree::Number(number) if number.fract() != 0.0 => Err(DeserializeError::invalid_value(
            Unexpected::Float(*number),
            &"an integer",
        )),
        Tree::Number(number) => {
            let unsigned = u128_of(*number).and_then(|number| number.try_into().ok());
            let integer = unsigned.or_else(|| i128_of(*number)?.try_into().ok());
            integer.ok_or_else(|| {
                DeserializeError::invalid_value(Unexpected::Float(*number), &range().as_str())
            })
        }
        Tree::BigInt(number) => N::try_from(number.as_inner())
            .map_err(|_| DeserializeError::mismatch(range(), excerpt_of(number))),
        other => Err(DeserializeError::mismatch(kind, other.kind())),
    }
}

/// Says which bigint was found, unless it is very large.
fn excerpt_of(number: &BigInt) -> String {
    match number.as_inner().bits() {
        0..=256 => format!("the bigint {}", Excerpt::of_name(&number.to_string())),
        _ => "a larger bigint".to_owned(),
    }
}
