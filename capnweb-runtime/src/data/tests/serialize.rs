//! What data becomes.

use std::collections::BTreeMap;

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::{array, number, object, stub, text};
use crate::data::to_value;
use crate::error::SerializeError;
use crate::error::SerializeFault;
use crate::hook::{Stub, Value};
use crate::value::{BigInt, Bytes, BytesKind, Date, ErrorClass, ErrorValue, Tree};

fn value<T: Serialize>(data: T) -> Value {
    to_value(&data).unwrap()
}

fn refusal<T: Serialize>(data: T) -> SerializeError {
    to_value(&data).unwrap_err()
}

#[derive(Serialize)]
struct Unit;

#[derive(Serialize)]
struct Member<T> {
    a: T,
}

#[derive(Serialize)]
enum Shape {
    Empty,
    Circle(u8),
    Line(u8, u8),
    Rect { w: u8, h: () },
}

#[derive(Serialize)]
enum Deep {
    Tuple(u8, u64),
    Struct { size: u64 },
    Newtype(Vec<u64>),
}

#[test]
fn w12_units_are_undefined_and_none_is_null() {
    assert_eq!(value(()), Tree::Undefined);
    assert_eq!(value(Unit), Tree::Undefined);
    assert_eq!(value(((), 1)), array([Tree::Undefined, number(1)]));
    assert_eq!(value(None::<u8>), Tree::Null);
    assert_eq!(value(Some(1)), number(1));
}

#[test]
fn a_unit_in_a_list_is_null_because_the_null_of_serde_json_is_one() {
    assert_eq!(value(vec![()]), array([Tree::Null]));
    assert_eq!(value(vec![((),)]), array([array([Tree::Undefined])]));
}

#[test]
fn a_unit_in_an_object_is_null_because_undefined_members_read_as_absent() {
    assert_eq!(value(Member { a: () }), object([("a", Tree::Null)]));
    let undefined = Member {
        a: Value::Undefined,
    };
    assert_eq!(value(undefined), object([("a", Tree::Undefined)]));
}

#[test]
fn scalars() {
    assert_eq!(value(true), Tree::Bool(true));
    assert_eq!(value('é'), text("é"));
    assert_eq!(value("text"), text("text"));
    assert_eq!(value(1.5_f32), number(1.5));
    assert_eq!(value(-0.5), number(-0.5));
    assert_eq!(value(f64::INFINITY), number(f64::INFINITY));
    assert!(matches!(value(f64::NAN), Tree::Number(n) if n.is_nan()));
}

#[test]
fn f7_integers_are_numbers_as_long_as_these_are_exact() {
    const MAX: i64 = (1 << 53) - 1;
    let max = number(9_007_199_254_740_991.0);
    assert_eq!(value(-7_i8), number(-7));
    assert_eq!(value(MAX), max);
    assert_eq!(value(MAX.unsigned_abs()), max);
    assert_eq!(value(i128::from(MAX)), max);
    assert_eq!(value(-MAX), number(-9_007_199_254_740_991.0));
    assert_eq!(value(u128::from(MAX.unsigned_abs())), max);

    let error = refusal(MAX + 1);
    let number = "9007199254740992".to_owned();
    let fault = SerializeFault::IntegerTooLarge {
        type_name: "i64",
        number,
    };
    assert_eq!(error.fault(), &fault);
    for error in [
        refusal(u64::MAX),
        refusal(-MAX - 1),
        refusal(i128::MIN),
        refusal(u128::MAX),
    ] {
        assert!(matches!(
            error.fault(),
            SerializeFault::IntegerTooLarge { .. }
        ));
        assert!(error.to_string().contains("use `BigInt`"));
    }
}

#[test]
fn an_error_says_where_it_is() {
    let jobs = Member {
        a: vec![Member { a: 1 }, Member { a: u64::MAX }],
    };
    let error = refusal(jobs);
    assert_eq!(error.path(), "a[1].a");
    assert!(
        error
            .to_string()
            .starts_with("at `a[1].a`: the u64 18446744073709551615 is")
    );
    assert_eq!(refusal(u64::MAX).path(), "");

    assert_eq!(refusal(Deep::Tuple(0, u64::MAX)).path(), "Tuple[1]");
    assert_eq!(
        refusal(Deep::Struct { size: u64::MAX }).path(),
        "Struct.size"
    );
    assert_eq!(refusal(Deep::Newtype(vec![u64::MAX])).path(), "Newtype[0]");
    assert_eq!(refusal(BTreeMap::from([("k", u64::MAX)])).path(), "k");
}

#[test]
fn enums_are_tagged_outside() {
    assert_eq!(value(Shape::Empty), text("Empty"));
    assert_eq!(value(Shape::Circle(1)), object([("Circle", number(1))]));
    let line = array([number(1), number(2)]);
    assert_eq!(value(Shape::Line(1, 2)), object([("Line", line)]));
    let rect = object([("w", number(1)), ("h", Tree::Null)]);
    assert_eq!(value(Shape::Rect { w: 1, h: () }), object([("Rect", rect)]));
}

#[test]
fn keys_are_the_text_of_what_has_one() {
    #[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
    enum Key {
        A,
    }
    assert_eq!(
        value(BTreeMap::from([(-1, 1)])),
        object([("-1", number(1))])
    );
    assert_eq!(
        value(BTreeMap::from([(true, 1)])),
        object([("true", number(1))])
    );
    assert_eq!(
        value(BTreeMap::from([('c', 1)])),
        object([("c", number(1))])
    );
    assert_eq!(
        value(BTreeMap::from([(Key::A, 1)])),
        object([("A", number(1))])
    );
    assert_eq!(
        value(BTreeMap::from([(u64::MAX, 1)])),
        object([("18446744073709551615", number(1))])
    );
    let error = refusal(BTreeMap::from([((1, 2), 1)]));
    assert_eq!(error.fault(), &SerializeFault::KeyWithoutText("an array"));
}

#[test]
fn w20_names_that_receivers_drop_are_refused() {
    #[derive(Serialize)]
    struct Field {
        #[serde(rename = "toJSON")]
        json: u8,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    enum Variant {
        Constructor { a: u8 },
        ValueOf(u8),
        ToString(u8, u8),
    }
    let forbidden = |name: &str| SerializeFault::DroppedName(name.to_owned());
    assert_eq!(refusal(Field { json: 1 }).fault(), &forbidden("toJSON"));
    assert_eq!(
        refusal(Variant::Constructor { a: 1 }).fault(),
        &forbidden("constructor")
    );
    assert_eq!(refusal(Variant::ValueOf(1)).fault(), &forbidden("valueOf"));
    assert_eq!(
        refusal(Variant::ToString(1, 1)).fault(),
        &forbidden("toString")
    );
    let map = BTreeMap::from([("__proto__", 1)]);
    assert_eq!(refusal(vec![map]).to_string(), {
        "at `[0]`: a member called `__proto__` does not reach any peer; rename it"
    });
}

#[test]
fn what_is_a_value_already_passes_through() {
    #[derive(Serialize)]
    struct Everything {
        stub: Stub,
        date: Date,
        bigint: BigInt,
        bytes: Bytes,
        value: Value,
        error: ErrorValue<Stub>,
    }
    let stub = stub();
    let floats = Bytes::of_kind(BytesKind::Float32Array, vec![0; 4]).unwrap();
    let error = ErrorValue::new(ErrorClass::RangeError, "m");
    let inner = array([Tree::Undefined, Tree::Null, Tree::Capability(stub.clone())]);
    let everything = Everything {
        stub: stub.clone(),
        date: Date::INVALID,
        bigint: u128::MAX.into(),
        bytes: floats.clone(),
        value: inner.clone(),
        error: error.clone(),
    };
    let expected = object([
        ("stub", Tree::Capability(stub)),
        ("date", Tree::Date(Date::INVALID)),
        ("bigint", Tree::BigInt(u128::MAX.into())),
        ("bytes", Tree::Bytes(floats)),
        ("value", inner),
        ("error", Tree::Error(Box::new(error))),
    ]);
    assert_eq!(value(everything), expected);
}

#[test]
fn bytes_are_bytes_and_lists_of_bytes_are_lists() {
    struct Raw;
    impl Serialize for Raw {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(&[1, 2])
        }
    }
    assert_eq!(value(Raw), Tree::Bytes(vec![1, 2].into()));
    assert_eq!(value(vec![1_u8, 2]), array([number(1), number(2)]));
}

#[test]
fn a_wrong_length_hint_costs_nothing() {
    struct Liar;
    impl Serialize for Liar {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_seq(Some(usize::MAX))?.end()
        }
    }
    assert_eq!(value(Liar), array([]));
}

#[test]
fn f5_a_flattened_key_replaces_the_field_of_that_name() {
    #[derive(Serialize)]
    struct Flat {
        a: u8,
        b: u8,
        #[serde(flatten)]
        rest: BTreeMap<&'static str, u8>,
    }
    let flat = Flat {
        a: 1,
        b: 2,
        rest: BTreeMap::from([("a", 3)]),
    };
    assert_eq!(value(flat), object([("a", number(3)), ("b", number(2))]));
}

#[test]
fn a_refusing_implementation_is_quoted() {
    struct Refusing;
    impl Serialize for Refusing {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("no"))
        }
    }
    assert_eq!(refusal(Member { a: Refusing }).to_string(), "at `a`: no");
}
