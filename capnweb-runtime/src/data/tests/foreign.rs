//! The types of the data model in other formats, and other formats inside of data.

use serde::de::{DeserializeOwned, Error as _};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{array, number, object, parked, stub, text};
use crate::data::{from_value, to_value};
use crate::error::SerializeFault;
use crate::hook::Value;
use crate::value::{BigInt, Bytes, Date, ErrorClass, ErrorValue, Tree};

fn json<T: Serialize>(data: T) -> String {
    serde_json::to_string(&data).unwrap()
}

#[test]
fn dates_bigints_and_bytes_have_a_natural_form() {
    let date = Date::from_millis(1_700_000_000_000);
    assert_eq!(json(date), "1700000000000");
    assert_eq!(serde_json::from_str::<Date>("1700000000000").unwrap(), date);
    assert_eq!(json(Date::INVALID), "null");
    assert_eq!(serde_json::from_str::<Date>("null").unwrap(), Date::INVALID);

    let bigint = BigInt::from(u128::MAX);
    assert_eq!(json(&bigint), format!("\"{}\"", u128::MAX));
    assert_eq!(
        serde_json::from_str::<BigInt>(&json(&bigint)).unwrap(),
        bigint
    );
    assert!(serde_json::from_str::<BigInt>("\"x\"").is_err());

    let bytes = Bytes::from(vec![1, 255]);
    assert_eq!(json(&bytes), "[1,255]");
    assert_eq!(serde_json::from_str::<Bytes>("[1,255]").unwrap(), bytes);
    assert!(serde_json::from_str::<Bytes>("[256]").is_err());
    assert!(serde_json::from_str::<Date>("\"x\"").is_err());
}

#[test]
fn plain_values_are_plain_json() {
    let value = object([
        ("n", number(1)),
        ("f", number(1.5)),
        ("list", array([Tree::Null, Tree::Bool(true), text("x")])),
    ]);
    let text = r#"{"n":1,"f":1.5,"list":[null,true,"x"]}"#;
    assert_eq!(json(&value), text);
    assert_eq!(serde_json::from_str::<Value>(text).unwrap(), value);

    let error = ErrorValue::new(ErrorClass::TypeError, "m");
    assert_eq!(json(error), r#"{"name":"TypeError","message":"m"}"#);
    assert_eq!(serde_json::from_str::<Value>("null").unwrap(), Tree::Null);
}

#[test]
fn json_values_are_read_and_written() {
    let plain = serde_json::json!({"a": [1, 1.5, "x", null, true, {}], "b": -1});
    let value = to_value(&plain).unwrap();
    let list = array([
        number(1),
        number(1.5),
        text("x"),
        Tree::Null,
        Tree::Bool(true),
        object([]),
    ]);
    assert_eq!(value, object([("a", list), ("b", number(-1))]));
    assert_eq!(from_value::<serde_json::Value>(value).unwrap(), plain);
}

#[test]
fn a_capability_has_no_form_in_another_format() {
    let error = serde_json::to_string(&stub()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a capability cannot be written in another format"
    );
}

/// Data that is kept as JSON in a string.
#[derive(Debug, PartialEq)]
struct AsJson<T>(T);

impl<T: Serialize> Serialize for AsJson<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&serde_json::to_string(&self.0).map_err(S::Error::custom)?)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for AsJson<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        serde_json::from_str(&text)
            .map(Self)
            .map_err(D::Error::custom)
    }
}

#[test]
fn another_format_inside_of_ours_gets_the_natural_form() {
    let dates = vec![AsJson(Date::from_millis(5)), AsJson(Date::INVALID)];
    assert_eq!(to_value(&dates).unwrap(), array([text("5"), text("null")]));
    let plain = AsJson(vec![Some("x".to_owned()), None]);
    let value = to_value(&plain).unwrap();
    assert_eq!(from_value::<AsJson<_>>(value).unwrap(), plain);
}

#[test]
fn a_capability_in_another_format_inside_of_ours_is_an_error_not_a_number() {
    let error = to_value(&(stub(), AsJson(stub()))).unwrap_err();
    assert_eq!(error.fault(), &SerializeFault::Lost("a capability"));
    assert_eq!(parked(), 0);
    assert!(
        to_value(&stub()).is_ok(),
        "the failure leaves nothing behind"
    );
}

#[test]
fn calls_nest() {
    /// Data that is a value made in the course of making another.
    struct Nested;
    impl Serialize for Nested {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let value = to_value(&(stub(), Date::INVALID)).map_err(S::Error::custom)?;
            value.serialize(serializer)
        }
    }
    let value = to_value(&(Date::from_millis(1), Nested, stub())).unwrap();
    let Tree::Array(items) = value else {
        panic!("an array");
    };
    let [Tree::Date(_), Tree::Array(inner), Tree::Capability(_)] = items.as_slice() else {
        panic!("{items:?}");
    };
    assert!(matches!(
        inner.as_slice(),
        [Tree::Capability(_), Tree::Date(_)]
    ));
    assert_eq!(parked(), 0);
}
