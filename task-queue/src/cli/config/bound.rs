//! Numbers that need not be limited.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::number::Number;

/// A number, or that there is no limit, which is written `unlimited`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) struct Bound<T>(pub(in crate::cli) Option<T>);

struct BoundVisitor<T>(PhantomData<T>);

impl<T: Number> Bound<T> {
    pub(super) fn of(number: Option<u64>) -> Self {
        Self(number.map(T::of))
    }

    pub(super) fn number(self) -> Option<u64> {
        self.0.map(T::number)
    }
}

impl<T: Number> Visitor<'_> for BoundVisitor<T> {
    type Value = Bound<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, or `{UNLIMITED}`", T::ALLOWED)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Bound<T>, E> {
        match u64::try_from(number) {
            Ok(number) if number > 0 => Ok(Bound::of(Some(number))),
            _ => Err(E::invalid_value(Unexpected::Signed(number), &self)),
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Bound<T>, E> {
        if text == UNLIMITED {
            return Ok(Bound(None));
        }
        let unexpected = || E::invalid_value(Unexpected::Str(text), &self);
        let number = T::read(text).ok_or_else(unexpected)?;
        Ok(Bound(Some(number)))
    }
}

impl<'de, T: Number> Deserialize<'de> for Bound<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(BoundVisitor(PhantomData))
    }
}

impl<T: Serialize> Serialize for Bound<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(number) => number.serialize(to),
            None => to.serialize_str(UNLIMITED),
        }
    }
}

const UNLIMITED: &str = "unlimited";
