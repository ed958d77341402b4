//! What data is read from, and what is said of all else.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::net::IpAddr;
use std::num::NonZeroU8;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{array, number, object, stub, text};
use crate::data::from_value;
use crate::error::DeserializeError;
use crate::hook::{Stub, Value};
use crate::value::{BigInt, Bytes, BytesKind, Date, ErrorClass, ErrorValue, Object, Tree};

fn read<T: DeserializeOwned>(value: Value) -> T {
    from_value(value).unwrap()
}

fn refusal<T: DeserializeOwned + Debug>(value: Value) -> DeserializeError {
    from_value::<T>(value).unwrap_err()
}

fn complaint<T: DeserializeOwned + Debug>(value: Value) -> String {
    refusal::<T>(value).to_string()
}

#[derive(Debug, PartialEq, Deserialize)]
struct User {
    name: String,
    age: u8,
    #[serde(default = "one")]
    level: u8,
    email: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
}

const fn one() -> u8 {
    1
}

fn user() -> User {
    User {
        name: "Ann".to_owned(),
        age: 30,
        level: 1,
        email: None,
        tags: vec![],
    }
}

#[test]
fn a_struct_is_read_from_an_object_and_other_members_are_ignored() {
    let given = object([
        ("age", number(30)),
        ("x", Tree::Null),
        ("name", text("Ann")),
    ]);
    assert_eq!(read::<User>(given), user());
}

#[test]
fn undefined_members_are_absent_ones_so_that_defaults_apply() {
    let given = object([
        ("name", text("Ann")),
        ("age", number(30)),
        ("level", Tree::Undefined),
        ("email", Tree::Undefined),
        ("tags", Tree::Undefined),
    ]);
    assert_eq!(read::<User>(given), user());
    let given = object([("name", text("Ann")), ("age", Tree::Undefined)]);
    assert_eq!(complaint::<User>(given), "missing field `age`");
}

#[test]
fn a_missing_or_undefined_member_is_undefined_where_a_value_is_asked_for() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Any {
        a: Value,
        b: Value,
        c: Value,
    }
    let given = object([("b", Tree::Undefined), ("c", Tree::Null)]);
    let expected = Any {
        a: Tree::Undefined,
        b: Tree::Undefined,
        c: Tree::Null,
    };
    assert_eq!(read::<Any>(given), expected);

    let given = object([("a", Tree::Undefined), ("b", Tree::Null)]);
    assert_eq!(read::<Value>(given.clone()), given);
    let map: BTreeMap<String, Value> = read(given);
    assert_eq!(map.len(), 2, "in a map, undefined members stay");
}

#[test]
fn w12_none_and_unit_are_read_from_null_and_undefined() {
    for nothing in [Tree::Null, Tree::Undefined] {
        assert_eq!(read::<Option<u8>>(nothing.clone()), None);
        assert_eq!(read::<Option<Value>>(nothing.clone()), None);
        read::<()>(nothing);
    }
    assert_eq!(read::<Option<u8>>(number(1)), Some(1));
    assert_eq!(
        complaint::<()>(number(1)),
        "expected nothing (undefined or null), found a number"
    );
    assert_eq!(
        complaint::<u8>(Tree::Undefined),
        "expected an unsigned integer, found undefined"
    );
}

#[test]
fn f7_integers_are_whole_and_in_range() {
    assert_eq!(read::<u8>(number(255)), 255);
    assert_eq!(read::<u8>(number(-0.0)), 0);
    assert_eq!(
        read::<i64>(number(-9_007_199_254_740_991.0)),
        -9_007_199_254_740_991
    );
    assert_eq!(read::<u64>(number(2_f64.powi(63))), 1 << 63);
    assert_eq!(read::<i128>(number(-(2_f64.powi(127)))), i128::MIN);
    assert_eq!(read::<u128>(number(2_f64.powi(127))), 1 << 127);

    assert_eq!(
        complaint::<u8>(number(300)),
        "expected an integer in 0..=255, found 300"
    );
    assert_eq!(
        complaint::<u8>(number(-1)),
        "expected an integer in 0..=255, found -1"
    );
    assert_eq!(
        complaint::<i8>(number(128)),
        "expected an integer in -128..=127, found 128"
    );
    assert_eq!(
        complaint::<i32>(number(1.5)),
        "expected an integer, found 1.5"
    );
    assert_eq!(
        complaint::<i32>(number(f64::NAN)),
        "expected an integer, found NaN"
    );
    assert_eq!(
        complaint::<u32>(number(f64::INFINITY)),
        "expected an integer, found Infinity"
    );
    assert_eq!(
        complaint::<u32>(text("5")),
        "expected an unsigned integer, found a string"
    );
    assert_eq!(
        complaint::<i32>(text("5")),
        "expected an integer, found a string"
    );
    for too_large in [2_f64.powi(64), 1e300] {
        assert!(from_value::<u64>(number(too_large)).is_err());
    }
    assert!(from_value::<u128>(number(2_f64.powi(128))).is_err());
    assert!(from_value::<i128>(number(2_f64.powi(127))).is_err());
    assert!(complaint::<NonZeroU8>(number(0)).ends_with("found 0"));
}

#[test]
fn integers_are_read_from_bigints_too() {
    assert_eq!(read::<u64>(Tree::BigInt(u64::MAX.into())), u64::MAX);
    assert_eq!(read::<i128>(Tree::BigInt(i128::MIN.into())), i128::MIN);
    let complaint = complaint::<u8>(Tree::BigInt(256.into()));
    assert_eq!(
        complaint,
        "expected an integer in 0..=255, found the bigint 256"
    );
    let huge: BigInt = "9".repeat(10_000).parse().unwrap();
    let complaint = self::complaint::<i8>(Tree::BigInt(huge));
    assert_eq!(
        complaint,
        "expected an integer in -128..=127, found a larger bigint"
    );
}

#[test]
fn floats_are_read_from_every_number() {
    assert!(read::<f64>(number(-0.0)).is_sign_negative());
    assert!(read::<f64>(number(f64::NAN)).is_nan());
    assert!((read::<f32>(number(1.5)) - 1.5).abs() < f32::EPSILON);
    assert_eq!(
        complaint::<f64>(text("1")),
        "expected a number, found a string"
    );
}

#[test]
fn the_place_of_an_error_is_named() {
    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "never read successfully")]
    struct Outer {
        user: User,
        counts: HashMap<String, Vec<u8>>,
    }
    let user = |age, tags| object([("name", text("Ann")), ("age", age), ("tags", tags)]);
    let outer = |user, counts| object([("user", user), ("counts", counts)]);
    let none = || object([]);

    let given = outer(user(text("x"), array([])), none());
    let error = refusal::<Outer>(given);
    assert_eq!(error.path(), "user.age");
    assert_eq!(
        error.to_string(),
        "at `user.age`: expected an unsigned integer, found a string"
    );

    let tags = array([text("a"), text("b"), text("c"), Tree::Null]);
    let given = outer(user(number(1), tags), none());
    let expected = "at `user.tags[3]`: expected a string, found null";
    assert_eq!(complaint::<Outer>(given), expected);

    let counts = object([("a b", array([number(1), number(-1)]))]);
    let given = outer(user(number(1), array([])), counts);
    assert_eq!(refusal::<Outer>(given).path(), "counts.a b[1]");

    let given = outer(object([("name", text("Ann"))]), none());
    assert_eq!(complaint::<Outer>(given), "at `user`: missing field `age`");
    assert_eq!(
        complaint::<Outer>(text("x")),
        "expected struct Outer, found a string"
    );
    assert_eq!(
        complaint::<Outer>(array([])),
        "expected struct Outer, found an array"
    );
}

#[test]
fn l28_of_what_a_peer_wrote_only_an_excerpt_is_repeated() {
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Strict {}
    #[derive(Debug, PartialEq, Deserialize)]
    enum Choice {
        A,
        B,
    }
    assert_eq!(
        read::<(Choice, Choice)>(array([text("A"), text("B")])),
        (Choice::A, Choice::B)
    );
    let long = "x".repeat(100_000);
    let key = || object([(long.as_str(), text("x"))]);
    for error in [
        refusal::<char>(text(&long)),
        refusal::<IpAddr>(text(&long)),
        refusal::<Choice>(text(&long)),
        refusal::<Strict>(key()),
        refusal::<HashMap<u8, Value>>(key()),
        refusal::<HashMap<String, u8>>(key()),
        refusal::<Date>(text(&long)),
    ] {
        assert!(error.to_string().len() < 400, "{error}");
        assert!(error.path().len() < 80);
    }
    assert_eq!(
        complaint::<Choice>(text("C")),
        "unknown variant `C`, expected `A` or `B`"
    );
}

#[test]
fn arrays_and_tuples_have_the_right_length() {
    assert_eq!(
        read::<(u8, String)>(array([number(1), text("a")])),
        (1, "a".to_owned())
    );
    assert_eq!(read::<Vec<u8>>(array([number(1)])), [1]);
    let complaint = complaint::<(u8, u8)>(array([number(1)]));
    assert_eq!(complaint, "expected a tuple of size 2, found 1 of them");
    let complaint = self::complaint::<[u8; 1]>(array([number(1), number(2)]));
    assert_eq!(complaint, "expected an array of 1, found one of 2");
}

#[test]
fn bytes_are_read_as_bytes_and_as_lists_of_them() {
    let floats = Bytes::of_kind(BytesKind::Float32Array, vec![1, 2, 3, 4]).unwrap();
    assert_eq!(read::<Bytes>(Tree::Bytes(floats.clone())), floats);
    assert_eq!(read::<Vec<u8>>(Tree::Bytes(floats)), [1, 2, 3, 4]);
    assert_eq!(
        complaint::<Bytes>(text("AQ")),
        "expected bytes, found a string"
    );
    assert_eq!(
        complaint::<Bytes>(array([])),
        "expected bytes, found an array"
    );
}

#[test]
fn enums_are_read_from_a_name_or_an_object_of_one_member() {
    #[derive(Debug, PartialEq, Deserialize)]
    enum Shape {
        Empty,
        Circle(u8),
        Line(u8, u8),
        Rect { w: u8 },
    }
    assert_eq!(read::<Shape>(text("Empty")), Shape::Empty);
    assert_eq!(read::<Shape>(object([("Empty", Tree::Null)])), Shape::Empty);
    assert_eq!(
        read::<Shape>(object([("Circle", number(1))])),
        Shape::Circle(1)
    );
    let line = object([("Line", array([number(1), number(2)]))]);
    assert_eq!(read::<Shape>(line), Shape::Line(1, 2));
    let rect = object([("Rect", object([("w", number(1))]))]);
    assert_eq!(read::<Shape>(rect), Shape::Rect { w: 1 });

    let given = object([("Rect", object([("w", number(-1))]))]);
    let expected = "at `Rect.w`: expected an integer in 0..=255, found -1";
    assert_eq!(complaint::<Shape>(given), expected);
    let expected = "expected an object with the member `Circle`, found a string";
    assert_eq!(complaint::<Shape>(text("Circle")), expected);
    let given = object([("Empty", number(1))]);
    assert_eq!(
        complaint::<Shape>(given),
        "at `Empty`: expected nothing, found a number"
    );
    let expected = "expected enum Shape, found an object of 0 members";
    assert_eq!(complaint::<Shape>(object([])), expected);
    assert_eq!(
        complaint::<Shape>(number(1)),
        "expected enum Shape, found a number"
    );
}

#[test]
fn keys_are_read_from_their_text() {
    #[derive(Debug, PartialEq, Eq, Hash, Deserialize)]
    enum Key {
        A,
    }
    let one = |key| object([(key, number(1))]);
    assert_eq!(read::<HashMap<i8, u8>>(one("-1")), HashMap::from([(-1, 1)]));
    assert_eq!(
        read::<HashMap<bool, u8>>(one("true")),
        HashMap::from([(true, 1)])
    );
    assert_eq!(
        read::<HashMap<char, u8>>(one("c")),
        HashMap::from([('c', 1)])
    );
    assert_eq!(
        read::<HashMap<Key, u8>>(one("A")),
        HashMap::from([(Key::A, 1)])
    );
    let expected = "expected an unsigned integer as the key, found the key \"x\"";
    assert_eq!(complaint::<HashMap<u8, u8>>(one("x")), expected);
}

#[test]
fn what_is_a_value_already_passes_through() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Everything {
        stub: Stub,
        date: Date,
        bigint: BigInt,
        value: Value,
        error: ErrorValue<Stub>,
        object: Object<Stub>,
        list: Vec<Option<Stub>>,
    }
    let stub = stub();
    let error = ErrorValue::new(ErrorClass::RangeError, "m");
    let inner = array([
        Tree::Undefined,
        Tree::Capability(stub.clone()),
        number(-0.0),
    ]);
    let given = object([
        ("stub", Tree::Capability(stub.clone())),
        ("date", Tree::Date(Date::INVALID)),
        ("bigint", Tree::BigInt(u128::MAX.into())),
        ("value", inner.clone()),
        ("error", Tree::Error(Box::new(error.clone()))),
        ("object", object([("a", Tree::Undefined)])),
        (
            "list",
            array([Tree::Null, Tree::Capability(stub.clone()), Tree::Undefined]),
        ),
    ]);
    let expected = Everything {
        stub: stub.clone(),
        date: Date::INVALID,
        bigint: u128::MAX.into(),
        value: inner,
        error,
        object: Object::from_iter([("a", Tree::Undefined)]),
        list: vec![None, Some(stub), None],
    };
    assert_eq!(read::<Everything>(given), expected);
}

#[test]
fn l43_types_are_not_confused() {
    let stub = || Tree::Capability(stub());
    assert_eq!(
        complaint::<String>(stub()),
        "expected a string, found a capability"
    );
    assert_eq!(
        complaint::<u8>(stub()),
        "expected an unsigned integer, found a capability"
    );
    assert_eq!(
        complaint::<User>(stub()),
        "expected struct User, found a capability"
    );
    assert_eq!(
        complaint::<Vec<u8>>(stub()),
        "expected a sequence, found a capability"
    );
    assert_eq!(
        complaint::<Stub>(number(1)),
        "expected a capability, found a number"
    );
    assert_eq!(
        complaint::<Stub>(Tree::Undefined),
        "expected a capability, found undefined"
    );
    assert_eq!(
        complaint::<Date>(number(1)),
        "expected a date, found a number"
    );
    assert_eq!(
        complaint::<BigInt>(text("1")),
        "expected a bigint, found a string"
    );
    assert_eq!(
        complaint::<bool>(number(1)),
        "expected a boolean, found a number"
    );
}

#[test]
fn texts_are_moved_not_copied() {
    let long = "x".repeat(1000);
    let address = long.as_ptr();
    let Tree::Array(items) = array([Tree::String(long)]) else {
        panic!("an array");
    };
    let texts: Vec<String> = read(Tree::Array(items));
    assert_eq!(texts[0].as_ptr(), address);

    let nested = array([Tree::String("x".repeat(1000))]);
    let Tree::Array(items) = &nested else {
        panic!("an array");
    };
    let address = items.as_ptr();
    let Tree::Array(items) = read::<Value>(nested) else {
        panic!("an array");
    };
    assert_eq!(
        items.as_ptr(),
        address,
        "a value is not even walked through"
    );
}
