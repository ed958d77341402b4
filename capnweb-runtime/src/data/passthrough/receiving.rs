//! Values on their way out of our deserializer.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::iter;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::de::value::{MapDeserializer, UnitDeserializer};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use crate::error::DeserializeError;
use crate::hook::Value;
use crate::value::{Object, Tree};

/// Reads a value: the original if it is our deserializer that it is read from.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    deserializer.deserialize_newtype_struct(NAME, ParcelVisitor)
}

/// Returns whether a newtype struct of this name is a value that wants to pass through.
pub(in crate::data) fn is_asked_for(name: &str) -> bool {
    name == NAME
}

/// Returns whether what is being read does not come from a value.
pub(in crate::data) fn is_foreign() -> bool {
    DEPTH.get() == 0
}

/// Gives a whole value to the visitor of [`deserialize`].
pub(in crate::data) fn hand_over<'de, V: Visitor<'de>>(
    value: Value,
    visitor: V,
) -> Result<V::Value, DeserializeError> {
    let data = visitor.visit_newtype_struct(Handover(value));
    drop(HANDOVER.take());
    data
}

/// Parks a value that no format has and gives its token to a visitor that takes anything, such as
/// one of `serde`'s buffers.
pub(in crate::data) fn park<'de, V: Visitor<'de>>(
    value: Value,
    visitor: V,
) -> Result<V::Value, DeserializeError> {
    let token = NEXT_TOKEN.fetch_add(1, Ordering::Relaxed);
    PARKED.with_borrow_mut(|parked| parked.push((token, value)));
    visitor.visit_newtype_struct(MapDeserializer::new(iter::once(((), token))))
}

/// One call of `from_value`; what it parks ends with it.
pub(in crate::data) struct Receiving {
    parked_before: usize,
}

impl Receiving {
    pub(in crate::data) fn begin() -> Self {
        DEPTH.set(DEPTH.get().saturating_add(1));
        Self {
            parked_before: PARKED.with_borrow(Vec::len),
        }
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get().saturating_sub(1));
        drop(HANDOVER.take());
        // Capabilities are dropped after the table is let go of: that may come back here.
        let before = self.parked_before;
        let left = PARKED
            .with_borrow_mut(|parked| (parked.len() > before).then(|| parked.split_off(before)));
        drop(left);
    }
}

/// Opens the newtype struct and looks at what is inside.
struct ParcelVisitor;

impl<'de> Visitor<'de> for ParcelVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inside: D) -> Result<Value, D::Error> {
        inside.deserialize_any(ValueVisitor)
    }
}

/// The inside of the newtype struct, when it comes from our deserializer directly.
struct Handover(Value);

impl<'de> Deserializer<'de> for Handover {
    type Error = DeserializeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        HANDOVER.set(Some(self.0));
        visitor.visit_newtype_struct(UnitDeserializer::new())
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
        ignored_any
    }
}

/// Takes a value out of whatever there is: the slot, a token, or the data of another format.
struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inside: D) -> Result<Value, D::Error> {
        match HANDOVER.take() {
            Some(value) => Ok(value),
            None => inside.deserialize_any(self),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Vec::new();
        while let Some(key) = map.next_key()? {
            match key {
                Key::Text(key) => members.push((key, map.next_value()?)),
                Key::Token => return redeem(map.next_value()?),
            }
        }
        Ok(Tree::Object(Object::from_members(members)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Tree::Array(items))
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        Ok(none())
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Tree::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, inside: D) -> Result<Value, D::Error> {
        inside.deserialize_any(self)
    }

    fn visit_bool<E: Error>(self, bool: bool) -> Result<Value, E> {
        Ok(Tree::Bool(bool))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        #[allow(
            clippy::cast_precision_loss,
            reason = "the nearest double, as in JSON (F-7)"
        )]
        let number = number as f64;
        Ok(Tree::Number(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        #[allow(
            clippy::cast_precision_loss,
            reason = "the nearest double, as in JSON (F-7)"
        )]
        let number = number as f64;
        Ok(Tree::Number(number))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Ok(Tree::Number(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Tree::String(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        Ok(Tree::String(text))
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Value, E> {
        Ok(Tree::Bytes(bytes.to_vec().into()))
    }

    fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Value, E> {
        Ok(Tree::Bytes(bytes.into()))
    }
}

/// Reads a value of which nothing at all may be there: a missing field is an undefined one.
pub(in crate::data) fn deserialize_optional<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Value, D::Error> {
    deserializer.deserialize_option(OptionalVisitor)
}

struct OptionalVisitor;

impl<'de> Visitor<'de> for OptionalVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        Ok(none())
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Tree::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, inside: D) -> Result<Value, D::Error> {
        deserialize(inside)
    }
}

/// What none means: our deserializer calls undefined so, other formats null.
fn none() -> Value {
    if is_foreign() {
        Tree::Null
    } else {
        Tree::Undefined
    }
}

/// A member's key, or the unit before a token.
enum Key {
    Text(String),
    Token,
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KeyVisitor)
    }
}

struct KeyVisitor;

impl Visitor<'_> for KeyVisitor {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_unit<E: Error>(self) -> Result<Key, E> {
        Ok(Key::Token)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Key, E> {
        Ok(Key::Text(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Key, E> {
        Ok(Key::Text(text))
    }
}

/// Returns the value behind a token. A copy: a buffer is read again for each variant of an untagged
/// enum.
fn redeem<E: Error>(token: u64) -> Result<Value, E> {
    let value = PARKED.with_borrow(|parked| {
        let at = parked.binary_search_by_key(&token, |(token, _)| *token);
        at.ok()
            .and_then(|at| parked.get(at))
            .map(|(_, value)| value.clone())
    });
    value.ok_or_else(|| E::custom("a value was read after the call that it came with"))
}

const NAME: &str = "capnweb::Value";

thread_local! {
    /// The slot through which a value is handed over.
    static HANDOVER: Cell<Option<Value>> = const { Cell::new(None) };
    /// How many calls of `from_value` are under way on this thread.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    /// What is parked, in the order of the tokens.
    static PARKED: RefCell<Vec<(u64, Value)>> = const { RefCell::new(Vec::new()) };
}

static NEXT_TOKEN: AtomicU64 = AtomicU64::new(1);

#[cfg(test)]
pub(in crate::data) fn parked() -> usize {
    PARKED.with_borrow(Vec::len)
}
