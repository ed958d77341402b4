//! Values on their way into our serializer.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicU64, Ordering};

use serde::ser::{Error, Serialize, SerializeMap, Serializer};

use crate::data::from_value::whole;
use crate::data::to_value::ValueSerializer;
use crate::error::{SerializeError, SerializeFault};
use crate::hook::{Stub, Value};
use crate::value::{Date, ErrorValue, Headers, Tree};

/// Writes a value, untouched if it is our serializer that it is written to.
pub(crate) fn serialize<S: Serializer>(value: Value, serializer: S) -> Result<S::Ok, S::Error> {
    write(Cow::Owned(value), serializer)
}

/// The same without a copy where the serializer is not ours.
pub(in crate::data) fn serialize_ref<S: Serializer>(
    value: &Value,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    write(Cow::Borrowed(value), serializer)
}

fn write<S: Serializer>(value: Cow<'_, Value>, serializer: S) -> Result<S::Ok, S::Error> {
    let name = Kind::of(&value).name();
    serializer.serialize_newtype_struct(name, &Parcel(RefCell::new(value)))
}

/// Serializes a newtype struct for our serializer: a value passing through, or any other.
pub(in crate::data) fn accept<T: Serialize + ?Sized>(
    name: &'static str,
    data: &T,
    serializer: ValueSerializer,
) -> Result<Value, SerializeError> {
    let Some(kind) = Kind::from_name(name) else {
        return data.serialize(serializer);
    };
    OFFER.set(Offer::Wanted);
    let written = data.serialize(serializer);
    match OFFER.take() {
        Offer::Made(value) => Ok(value),
        Offer::None | Offer::Wanted => restore(kind, written?),
    }
}

/// One call of `to_value`; what it parks ends with it.
pub(in crate::data) struct Sending {
    parked_before: usize,
}

impl Sending {
    pub(in crate::data) fn begin() -> Self {
        DEPTH.set(DEPTH.get().saturating_add(1));
        Self {
            parked_before: PARKED.with_borrow(Vec::len),
        }
    }

    /// Ends the call. What is still parked was not written into our value, thus into something
    /// else.
    pub(in crate::data) fn end(self) -> Result<(), SerializeError> {
        PARKED.with_borrow(|parked| match parked.get(self.parked_before) {
            None => Ok(()),
            Some((_, value)) => Err(SerializeFault::Lost(value.kind()).into()),
        })
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get().saturating_sub(1));
        drop(OFFER.take());
        // Capabilities are dropped after the table is let go of: that may come back here.
        let before = self.parked_before;
        let left = PARKED
            .with_borrow_mut(|parked| (parked.len() > before).then(|| parked.split_off(before)));
        drop(left);
    }
}

/// What a passing value is, so that it can be made again of what a buffer has kept of it.
#[derive(Clone, Copy)]
enum Kind {
    Parked,
    Date,
    BigInt,
    Url,
    Headers,
    Other,
}

impl Kind {
    const ALL: [Self; 6] = [
        Self::Parked,
        Self::Date,
        Self::BigInt,
        Self::Url,
        Self::Headers,
        Self::Other,
    ];

    const fn of(value: &Value) -> Self {
        match value {
            Tree::Capability(_) | Tree::Request(_) | Tree::Response(_) | Tree::Blob(_) => {
                Self::Parked
            }
            Tree::Date(_) => Self::Date,
            Tree::BigInt(_) => Self::BigInt,
            Tree::Url(_) => Self::Url,
            Tree::Headers(_) => Self::Headers,
            _ => Self::Other,
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Parked => "capnweb::Parked",
            Self::Date => "capnweb::Date",
            Self::BigInt => "capnweb::BigInt",
            Self::Url => "capnweb::Url",
            Self::Headers => "capnweb::Headers",
            Self::Other => "capnweb::Value",
        }
    }
}

/// The inside of the newtype struct. Our serializer takes the value out, others write it.
struct Parcel<'a>(RefCell<Cow<'a, Value>>);

impl Serialize for Parcel<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match OFFER.take() {
            Offer::Wanted => {
                let value = self.0.replace(Cow::Owned(Tree::Undefined)).into_owned();
                OFFER.set(Offer::Made(value));
                serializer.serialize_unit()
            }
            Offer::None | Offer::Made(_) => write_natural(&self.0.borrow(), serializer),
        }
    }
}

/// Writes the next best thing that all formats have.
fn write_natural<S: Serializer>(value: &Value, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Tree::Undefined => serializer.serialize_unit(),
        Tree::Null => serializer.serialize_none(),
        Tree::Bool(bool) => serializer.serialize_bool(*bool),
        Tree::Number(number) => match whole(*number) {
            Some(integer) => serializer.serialize_i64(integer),
            None => serializer.serialize_f64(*number),
        },
        Tree::String(text) => serializer.serialize_str(text),
        Tree::BigInt(number) => serializer.collect_str(number),
        Tree::Date(date) => match date.millis() {
            Some(ms) => serializer.serialize_i64(ms),
            None => serializer.serialize_none(),
        },
        Tree::Bytes(bytes) => serializer.serialize_bytes(bytes),
        Tree::Array(items) => serializer.collect_seq(items),
        Tree::Object(members) => serializer.collect_map(members.iter()),
        Tree::Error(error) => write_error(error, serializer),
        Tree::Url(url) => serializer.serialize_str(url.as_str()),
        Tree::Headers(headers) => serializer.collect_seq(headers.iter()),
        Tree::Request(_) | Tree::Response(_) | Tree::Blob(_) | Tree::Capability(_) => {
            write_token(value, serializer)
        }
    }
}

fn write_error<S: Serializer>(error: &ErrorValue<Stub>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("name", error.class.name())?;
    map.serialize_entry("message", &error.message)?;
    for (name, value) in error.props.iter() {
        map.serialize_entry(name, value)?;
    }
    map.end()
}

/// Parks what no other format has. If this serializer is not a buffer on the way to ours, nobody
/// comes for it, and the call of `to_value` fails in the end.
fn write_token<S: Serializer>(value: &Value, serializer: S) -> Result<S::Ok, S::Error> {
    if DEPTH.get() == 0 {
        return Err(S::Error::custom(SerializeFault::Lost(value.kind())));
    }
    let token = NEXT_TOKEN.fetch_add(1, Ordering::Relaxed);
    PARKED.with_borrow_mut(|parked| parked.push((token, value.clone())));
    serializer.serialize_u64(token)
}

/// Makes a passing value again of what a buffer has kept of it.
fn restore(kind: Kind, written: Value) -> Result<Value, SerializeError> {
    Ok(match (kind, written) {
        (Kind::Parked, Tree::Number(token)) => redeem(token)?,
        (Kind::Date, Tree::Number(ms)) => Tree::Date(Date::from_time_value(ms)),
        (Kind::Date, Tree::Null) => Tree::Date(Date::INVALID),
        (Kind::BigInt, Tree::String(digits)) => match digits.parse() {
            Ok(number) => Tree::BigInt(number),
            Err(_) => Tree::String(digits),
        },
        (Kind::Url, Tree::String(text)) => match text.parse() {
            Ok(url) => Tree::Url(url),
            Err(_) => Tree::String(text),
        },
        (Kind::Headers, pairs @ Tree::Array(_)) => match headers_of(&pairs) {
            Some(headers) => Tree::Headers(headers),
            None => pairs,
        },
        (_, other) => other,
    })
}

/// Reads header fields out of a list of pairs.
pub(in crate::data) fn headers_of(pairs: &Value) -> Option<Headers> {
    let pairs: Option<Vec<_>> = pairs.children().map(pair_of).collect();
    Headers::from_pairs(pairs?).ok()
}

fn pair_of(pair: &Value) -> Option<(&str, &str)> {
    let Tree::Array(pair) = pair else {
        return None;
    };
    match pair.as_slice() {
        [Tree::String(name), Tree::String(value)] => Some((name, value)),
        _ => None,
    }
}

fn redeem(token: f64) -> Result<Value, SerializeError> {
    let token = whole(token).and_then(|token| u64::try_from(token).ok());
    let value = PARKED.with_borrow_mut(|parked| {
        let at = parked.iter().position(|(other, _)| Some(*other) == token)?;
        Some(parked.swap_remove(at).1)
    });
    value.ok_or_else(|| SerializeFault::Lost("a value").into())
}

/// The slot through which a value is handed over.
#[derive(Default)]
enum Offer {
    #[default]
    None,
    /// Our serializer asks for the value.
    Wanted,
    /// There it is.
    Made(Value),
}

thread_local! {
    static OFFER: Cell<Offer> = const { Cell::new(Offer::None) };
    /// How many calls of `to_value` are under way on this thread.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static PARKED: RefCell<Vec<(u64, Value)>> = const { RefCell::new(Vec::new()) };
}

static NEXT_TOKEN: AtomicU64 = AtomicU64::new(1);

#[cfg(test)]
pub(in crate::data) fn parked() -> usize {
    PARKED.with_borrow(Vec::len)
}
