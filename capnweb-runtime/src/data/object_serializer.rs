//! Arrays and objects in the making.

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant,
};

use super::key::KeySerializer;
use super::to_value::{ValueSerializer, allowed_name};
use crate::error::{SerializeError, Step};
use crate::hook::Value;
use crate::value::{Object, Tree};

/// An array in the making.
pub(super) struct ArraySerializer {
    items: Vec<Value>,
    element: ValueSerializer,
}

impl ArraySerializer {
    pub(super) fn list(length: usize) -> Self {
        Self::new(length, ValueSerializer::INNER)
    }

    pub(super) fn tuple(length: usize) -> Self {
        Self::new(length, ValueSerializer::WHOLE)
    }

    fn new(length: usize, element: ValueSerializer) -> Self {
        let items = Vec::with_capacity(length.min(MAX_CAPACITY));
        Self { items, element }
    }

    fn element<T: Serialize + ?Sized>(&mut self, data: &T) -> Result<(), SerializeError> {
        let index = self.items.len();
        let item = data.serialize(self.element);
        self.items
            .push(item.map_err(|error| error.within(Step::Element(index)))?);
        Ok(())
    }

    fn finish(self) -> Value {
        Tree::Array(self.items)
    }
}

/// An object in the making.
pub(super) struct ObjectSerializer {
    members: Vec<(String, Value)>,
    key: String,
}

impl ObjectSerializer {
    pub(super) fn with_capacity(length: usize) -> Self {
        Self {
            members: Vec::with_capacity(length.min(MAX_CAPACITY)),
            key: String::new(),
        }
    }

    pub(super) fn member<T: Serialize + ?Sized>(
        &mut self,
        name: &str,
        data: &T,
    ) -> Result<(), SerializeError> {
        self.push(allowed_name(name)?.to_owned(), data)
    }

    fn push<T: Serialize + ?Sized>(
        &mut self,
        name: String,
        data: &T,
    ) -> Result<(), SerializeError> {
        let value = data.serialize(ValueSerializer::INNER);
        let value = value.map_err(|error| error.within(Step::member(&name)))?;
        self.members.push((name, value));
        Ok(())
    }

    /// Returns the object. A key can occur twice, since flattened data may hold anything.
    pub(super) fn finish(self) -> Value {
        Tree::Object(Object::from_members(self.members))
    }
}

/// The data of an enum's variant in the making; it becomes the only member of an object.
pub(super) struct VariantSerializer<S> {
    variant: &'static str,
    data: S,
}

impl<S> VariantSerializer<S> {
    pub(super) fn new(variant: &'static str, data: S) -> Result<Self, SerializeError> {
        let variant = allowed_name(variant)?;
        Ok(Self { variant, data })
    }

    fn within(&self) -> impl Fn(SerializeError) -> SerializeError + use<S> {
        let variant = self.variant;
        move |error| error.within(Step::member(variant))
    }

    fn finish(self, finish: impl FnOnce(S) -> Value) -> Value {
        let mut object = Object::with_capacity(1);
        object.push(self.variant.to_owned(), finish(self.data));
        Tree::Object(object)
    }
}

impl SerializeSeq for ArraySerializer {
    type Ok = Value;
    type Error = SerializeError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, data: &T) -> Result<(), Self::Error> {
        self.element(data)
    }

    fn end(self) -> Result<Value, SerializeError> {
        Ok(self.finish())
    }
}

impl SerializeTuple for ArraySerializer {
    type Ok = Value;
    type Error = SerializeError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, data: &T) -> Result<(), Self::Error> {
        self.element(data)
    }

    fn end(self) -> Result<Value, SerializeError> {
        Ok(self.finish())
    }
}

impl SerializeTupleStruct for ArraySerializer {
    type Ok = Value;
    type Error = SerializeError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, data: &T) -> Result<(), Self::Error> {
        self.element(data)
    }

    fn end(self) -> Result<Value, SerializeError> {
        Ok(self.finish())
    }
}

impl SerializeTupleVariant for VariantSerializer<ArraySerializer> {
    type Ok = Value;
    type Error = SerializeError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, data: &T) -> Result<(), Self::Error> {
        let within = self.within();
        self.data.element(data).map_err(within)
    }

    fn end(self) -> Result<Value, SerializeError> {
        Ok(self.finish(ArraySerializer::finish))
    }
}

impl SerializeMap for ObjectSerializer {
    type Ok = Value;
    type Error = SerializeError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Self::Error> {
        self.key = key.serialize(KeySerializer)?;
        allowed_name(&self.key)?;
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, data: &T) -> Result<(), Self::Error> {
        let key = std::mem::take(&mut self.key);
        self.push(key, data)
    }

    fn end(self) -> Result<Value, SerializeError> {
        Ok(self.finish())
    }
}

impl SerializeStruct for ObjectSerializer {
    type Ok = Value;
    type Error = SerializeError;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        data: &T,
    ) -> Result<(), SerializeError> {
        self.member(name, data)
    }

    fn end(self) -> Result<Value, SerializeError> {
        Ok(self.finish())
    }
}

impl SerializeStructVariant for VariantSerializer<ObjectSerializer> {
    type Ok = Value;
    type Error = SerializeError;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        data: &T,
    ) -> Result<(), SerializeError> {
        let within = self.within();
        self.data.member(name, data).map_err(within)
    }

    fn end(self) -> Result<Value, SerializeError> {
        Ok(self.finish(ObjectSerializer::finish))
    }
}

/// How much room is made on the word of a `Serialize` implementation alone.
const MAX_CAPACITY: usize = 4096;
