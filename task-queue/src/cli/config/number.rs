//! Settings that are numbers.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, Unexpected, Visitor};

/// A number from 1 on, of whatever it counts.
pub(super) trait Number: Copy {
    /// What there is to choose from, as the end of a sentence.
    const ALLOWED: &'static str;

    fn of(number: u64) -> Self;

    fn number(self) -> u64;

    /// Reads one that is written as a text, as some can be.
    fn read(text: &str) -> Option<Self>;
}

/// How many there may be of something: 1 at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) struct Count(pub(in crate::cli) u64);

/// Reads what is a number.
pub(super) struct NumberVisitor<T>(pub(super) PhantomData<T>);

impl Number for Count {
    const ALLOWED: &'static str = "a number from 1 on";

    fn of(number: u64) -> Self {
        Self(number)
    }

    fn number(self) -> u64 {
        self.0
    }

    fn read(_: &str) -> Option<Self> {
        None
    }
}

impl<T: Number> Visitor<'_> for NumberVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::ALLOWED)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        match u64::try_from(number) {
            Ok(number) if number > 0 => Ok(T::of(number)),
            _ => Err(E::invalid_value(Unexpected::Signed(number), &self)),
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        let unexpected = || E::invalid_value(Unexpected::Str(text), &self);
        T::read(text).ok_or_else(unexpected)
    }
}

/// Has a type be read and written as the number it is.
macro_rules! as_number {
    ($name:ty) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                from.deserialize_any(super::number::NumberVisitor(std::marker::PhantomData))
            }
        }
    };
}
pub(super) use as_number;

as_number!(Count);

impl serde::Serialize for Count {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(self.0)
    }
}
