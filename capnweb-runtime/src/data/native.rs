//! Types of the standard library and of common crates, as fields of a user's data.
//!
//! `serde` knows them as texts and structs. With this module a JavaScript peer gets, and sends, what
//! it has for them; other formats get what they get for the types of this crate.
//!
//! | the field's type | travels as | feature |
//! |---|---|---|
//! | `std::time::SystemTime` | `Date` | |
//! | `jiff::Timestamp` | `Date` | `jiff` |
//! | `chrono::DateTime<Utc>` | `Date` | `chrono` |
//! | `url::Url` | `URL` | |
//! | `http::HeaderMap` | `Headers` | |
//! | `http::Request<B>`, `http::Response<B>` | `Request`, `Response` | |
//! | `bytes::Bytes`, `Vec<u8>` | `Uint8Array` | |
//!
//! and an `Option` or a `Vec` of these. (An `Option` that may be left out needs `default`, as with
//! `serde` everywhere.)
//!
//! ```
//! use std::time::SystemTime;
//!
//! use capnweb_runtime::{Value, to_value};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Upload {
//!     #[serde(with = "capnweb_runtime::native")]
//!     source: url::Url,
//!     #[serde(with = "capnweb_runtime::native")]
//!     content: Vec<u8>,
//!     #[serde(with = "capnweb_runtime::native", default)]
//!     expires: Option<SystemTime>,
//! }
//!
//! let upload = Upload {
//!     source: "https://example.com/a".parse()?,
//!     content: vec![1, 2],
//!     expires: None,
//! };
//! let Value::Object(members) = to_value(&upload)? else { panic!("a struct is an object") };
//! assert!(matches!(members.get("source"), Some(Value::Url(_))));
//! assert!(matches!(members.get("content"), Some(Value::Bytes(_))));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

use std::time::SystemTime;

use http::HeaderMap;
use serde::de::{DeserializeOwned, Error as _};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::value::{Bytes, Date, Headers, InvalidDate, Request, Response, Url};

/// A type that travels as what JavaScript has for it. Implement it for more of them.
pub trait Native: Sized {
    /// Writes what travels.
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;

    /// Reads what has travelled.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

/// Writes a field: the one half of `#[serde(with = "capnweb_runtime::native")]`.
pub fn serialize<T: Native, S: Serializer>(data: &T, serializer: S) -> Result<S::Ok, S::Error> {
    data.write(serializer)
}

/// Reads a field: the other half.
pub fn deserialize<'de, T: Native, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::read(deserializer)
}

/// One of several to be written.
struct Written<'a, T>(&'a T);

impl<T: Native> Serialize for Written<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer)
    }
}

/// One of several that was read.
struct Read<T>(T);

impl<'de, T: Native> Deserialize<'de> for Read<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Self)
    }
}

impl<T: Native> Native for Option<T> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_ref().map(Written).serialize(serializer)
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = Option::<Read<T>>::deserialize(deserializer)?;
        Ok(read.map(|Read(item)| item))
    }
}

impl<T: Native> Native for Vec<T> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Written))
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = Vec::<Read<T>>::deserialize(deserializer)?;
        Ok(read.into_iter().map(|Read(item)| item).collect())
    }
}

/// Types from and to which another one is made that travels by itself.
macro_rules! converted {
    ($($(#[$feature:meta])? $foreign:ty => $own:ty,)*) => {$(
        $(#[$feature])?
        impl Native for $foreign {
            fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                <$own>::from(self.clone()).serialize(serializer)
            }

            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let own = <$own>::deserialize(deserializer)?;
                own.try_into().map_err(D::Error::custom)
            }
        }
    )*};
}

converted! {
    url::Url => Url,
    HeaderMap => Headers,
    bytes::Bytes => Bytes,
    Vec<u8> => Bytes,
    #[cfg(feature = "jiff")]
    jiff::Timestamp => Date,
    #[cfg(feature = "chrono")]
    chrono::DateTime<chrono::Utc> => Date,
}

impl Native for SystemTime {
    /// Writes a time that dates have; what is finer than a millisecond is cut off.
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let date = Date::from(*self);
        date.millis().ok_or_else(|| S::Error::custom(InvalidDate))?;
        date.serialize(serializer)
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let date = Date::deserialize(deserializer)?;
        date.try_into().map_err(D::Error::custom)
    }
}

impl<B: Serialize + DeserializeOwned> Native for http::Request<B> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let request: Request<&B> = self.try_into().map_err(S::Error::custom)?;
        request.serialize(serializer)
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let request = Request::<B>::deserialize(deserializer)?;
        request.try_into().map_err(D::Error::custom)
    }
}

impl<B: Serialize + DeserializeOwned> Native for http::Response<B> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Response::<&B>::from(self).serialize(serializer)
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let response = Response::<B>::deserialize(deserializer)?;
        response.try_into().map_err(D::Error::custom)
    }
}
