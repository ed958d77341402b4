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

use std::convert::Infallible;
use std::fmt::Display;
use std::time::SystemTime;

use http::HeaderMap;
use serde::de::{DeserializeOwned, Error as _};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::value::{
    Bytes, Date, Headers, InvalidDate, InvalidHeader, InvalidRequest, InvalidResponse, Request,
    Response, Url,
};

/// A type that travels in the form of another one, which JavaScript has.
pub trait Native: Sized {
    /// The type that travels.
    type Form: Serialize + DeserializeOwned;
    /// Why one may have no counterpart in the other.
    type Error: Display;

    /// Returns what travels.
    fn to_form(&self) -> Result<Self::Form, Self::Error>;

    /// Reads what has travelled.
    fn from_form(form: Self::Form) -> Result<Self, Self::Error>;
}

/// Writes the form that travels.
pub fn serialize<T: Native, S: Serializer>(data: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let form = data.to_form().map_err(S::Error::custom)?;
    form.serialize(serializer)
}

/// Reads the form that travels.
pub fn deserialize<'de, T: Native, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let form = T::Form::deserialize(deserializer)?;
    T::from_form(form).map_err(D::Error::custom)
}

impl<T: Native> Native for Option<T> {
    type Form = Option<T::Form>;
    type Error = T::Error;

    fn to_form(&self) -> Result<Self::Form, T::Error> {
        self.as_ref().map(T::to_form).transpose()
    }

    fn from_form(form: Self::Form) -> Result<Self, T::Error> {
        form.map(T::from_form).transpose()
    }
}

impl<T: Native> Native for Vec<T> {
    type Form = Vec<T::Form>;
    type Error = T::Error;

    fn to_form(&self) -> Result<Self::Form, T::Error> {
        self.iter().map(T::to_form).collect()
    }

    fn from_form(form: Self::Form) -> Result<Self, T::Error> {
        form.into_iter().map(T::from_form).collect()
    }
}

macro_rules! times {
    ($($(#[$feature:meta])? $time:ty,)*) => {$(
        $(#[$feature])?
        impl Native for $time {
            type Form = Date;
            type Error = InvalidDate;

            /// Cuts off what is finer than a millisecond.
            fn to_form(&self) -> Result<Date, InvalidDate> {
                let date = Date::from(*self);
                date.millis().map(|_| date).ok_or(InvalidDate)
            }

            fn from_form(date: Date) -> Result<Self, InvalidDate> {
                date.try_into()
            }
        }
    )*};
}

times! {
    SystemTime,
    #[cfg(feature = "jiff")]
    jiff::Timestamp,
    #[cfg(feature = "chrono")]
    chrono::DateTime<chrono::Utc>,
}

impl Native for url::Url {
    type Form = Url;
    type Error = Infallible;

    fn to_form(&self) -> Result<Url, Infallible> {
        Ok(self.clone().into())
    }

    fn from_form(form: Url) -> Result<Self, Infallible> {
        Ok(form.into())
    }
}

impl Native for bytes::Bytes {
    type Form = Bytes;
    type Error = Infallible;

    fn to_form(&self) -> Result<Bytes, Infallible> {
        Ok(self.clone().into())
    }

    fn from_form(form: Bytes) -> Result<Self, Infallible> {
        Ok(form.into())
    }
}

impl Native for Vec<u8> {
    type Form = Bytes;
    type Error = Infallible;

    fn to_form(&self) -> Result<Bytes, Infallible> {
        Ok(self.clone().into())
    }

    fn from_form(form: Bytes) -> Result<Self, Infallible> {
        Ok(form.into())
    }
}

impl Native for HeaderMap {
    type Form = Headers;
    type Error = InvalidHeader;

    fn to_form(&self) -> Result<Headers, InvalidHeader> {
        Ok(self.into())
    }

    fn from_form(form: Headers) -> Result<Self, InvalidHeader> {
        form.try_into()
    }
}

impl<B: Serialize + DeserializeOwned + Clone> Native for http::Request<B> {
    type Form = Request<B>;
    type Error = InvalidRequest;

    fn to_form(&self) -> Result<Request<B>, InvalidRequest> {
        self.clone().try_into()
    }

    fn from_form(form: Request<B>) -> Result<Self, InvalidRequest> {
        form.try_into()
    }
}

impl<B: Serialize + DeserializeOwned + Clone> Native for http::Response<B> {
    type Form = Response<B>;
    type Error = InvalidResponse;

    fn to_form(&self) -> Result<Response<B>, InvalidResponse> {
        Ok(self.clone().into())
    }

    fn from_form(form: Response<B>) -> Result<Self, InvalidResponse> {
        form.try_into()
    }
}
