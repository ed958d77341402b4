//! What is inside a value: elements, members, an enum's variant.

use serde::de::{
    DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use super::from_value::ValueDeserializer;
use super::key::KeyDeserializer;
use crate::error::{DeserializeError, Excerpt, Step};
use crate::hook::{Stub, Value};
use crate::value::{Object, Tree};

/// The elements of an array, or of bytes.
pub(super) struct Elements<I> {
    items: I,
    read: usize,
}

impl<I: ExactSizeIterator<Item = Value>> Elements<I> {
    /// Visits all of them; more than the visitor wants is an error, as it is with fewer.
    pub(super) fn visit<'de, V: Visitor<'de>>(
        items: I,
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        let length = items.len();
        let mut elements = Self { items, read: 0 };
        let data = visitor.visit_seq(&mut elements)?;
        if elements.items.len() > 0 {
            return Err(DeserializeError::mismatch(
                format_args!("an array of {}", elements.read),
                format_args!("one of {length}"),
            ));
        }
        Ok(data)
    }
}

impl<'de, I: ExactSizeIterator<Item = Value>> SeqAccess<'de> for &mut Elements<I> {
    type Error = DeserializeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DeserializeError> {
        let Some(item) = self.items.next() else {
            return Ok(None);
        };
        let index = self.read;
        self.read = index.saturating_add(1);
        let data = seed.deserialize(ValueDeserializer(item));
        data.map(Some)
            .map_err(|error| error.within(Step::Element(index)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

/// The members of an object.
pub(super) struct Members {
    rest: std::vec::IntoIter<(String, Value)>,
    undefined: Undefined,
    current: Option<(String, Value)>,
}

/// Whether members that are undefined are members.
#[derive(Clone, Copy, PartialEq)]
enum Undefined {
    Kept,
    Skipped,
}

impl Members {
    pub(super) fn all(object: Object<Stub>) -> Self {
        Self::new(object, Undefined::Kept)
    }

    pub(super) fn defined(object: Object<Stub>) -> Self {
        Self::new(object, Undefined::Skipped)
    }

    fn new(object: Object<Stub>, undefined: Undefined) -> Self {
        Self {
            rest: object.into_iter(),
            undefined,
            current: None,
        }
    }
}

impl<'de> MapAccess<'de> for Members {
    type Error = DeserializeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, DeserializeError> {
        let skipped = self.undefined == Undefined::Skipped;
        self.current = self
            .rest
            .find(|(_, value)| !(skipped && matches!(value, Tree::Undefined)));
        let key = self.current.as_ref().map(|(key, _)| key);
        key.map(|key| seed.deserialize(KeyDeserializer(key)))
            .transpose()
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<T::Value, DeserializeError> {
        // Without a key before it there is no value; none is what a visitor that asks gets.
        let (key, value) = self.current.take().unwrap_or_default();
        let data = seed.deserialize(ValueDeserializer(value));
        data.map_err(|error| error.within(Step::member(&key)))
    }

    fn size_hint(&self) -> Option<usize> {
        (self.undefined == Undefined::Kept).then_some(self.rest.len())
    }
}

/// A variant of an enum: its name, or an object with the name as its only key.
pub(super) struct Variant {
    name: String,
    data: Option<Value>,
}

impl Variant {
    pub(super) const fn unit(name: String) -> Self {
        Self { name, data: None }
    }

    pub(super) const fn with_data(name: String, data: Value) -> Self {
        let data = Some(data);
        Self { name, data }
    }

    fn read<T>(
        self,
        read: impl FnOnce(ValueDeserializer) -> Result<T, DeserializeError>,
    ) -> Result<T, DeserializeError> {
        match self.data {
            Some(data) => read(ValueDeserializer(data))
                .map_err(|error| error.within(Step::member(&self.name))),
            None => Err(DeserializeError::mismatch(
                format_args!(
                    "an object with the member `{}`",
                    Excerpt::of_name(&self.name)
                ),
                "a string",
            )),
        }
    }
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = DeserializeError;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<(T::Value, Self), DeserializeError> {
        let name = self.name.as_str();
        let variant = seed.deserialize(IntoDeserializer::<DeserializeError>::into_deserializer(
            name,
        ))?;
        Ok((variant, self))
    }
}

impl<'de> VariantAccess<'de> for Variant {
    type Error = DeserializeError;

    fn unit_variant(self) -> Result<(), DeserializeError> {
        match &self.data {
            None | Some(Tree::Undefined | Tree::Null) => Ok(()),
            Some(data) => {
                Err(DeserializeError::mismatch("nothing", data.kind())
                    .within(Step::member(&self.name)))
            }
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<T::Value, DeserializeError> {
        self.read(|data| seed.deserialize(data))
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        self.read(|data| serde::Deserializer::deserialize_tuple(data, length, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        self.read(|data| serde::Deserializer::deserialize_struct(data, "", fields, visitor))
    }
}
