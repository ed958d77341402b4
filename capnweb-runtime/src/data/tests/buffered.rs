//! Values on their way through `serde`'s buffers.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{array, number, object, parked, stub, text};
use crate::data::{from_value, to_value};
use crate::hook::{Stub, Value};
use crate::value::{BigInt, Bytes, BytesKind, Date, ErrorClass, ErrorValue, Tree};

/// Writes and reads again, and checks that nothing stays parked.
fn round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(data: &T) -> Value {
    let value = to_value(data).unwrap();
    assert_eq!(&from_value::<T>(value.clone()).unwrap(), data);
    assert_eq!(parked(), 0);
    value
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Inner {
    stub: Stub,
    date: Date,
    bigint: BigInt,
    bytes: Bytes,
    floats: Bytes,
    value: Value,
    error: ErrorValue<Stub>,
    list: Vec<Stub>,
    none: Option<Date>,
    some: Option<Date>,
    count: u64,
    ratio: f64,
    unit: (),
}

fn inner() -> Inner {
    let values = array([
        Tree::Null,
        number(-0.0),
        number(2_f64.powi(70)),
        object([("k", Tree::Capability(stub())), ("t", text("x"))]),
        Tree::Undefined,
        Tree::Bytes(vec![1, 2].into()),
        Tree::Date(Date::INVALID),
        Tree::BigInt(u128::MAX.into()),
    ]);
    Inner {
        stub: stub(),
        date: Date::from_millis(5),
        bigint: (-7).into(),
        bytes: vec![1, 2, 3].into(),
        floats: Bytes::of_kind(BytesKind::Float32Array, vec![0; 4]).unwrap(),
        value: values,
        error: ErrorValue::new(ErrorClass::TypeError, "m"),
        list: vec![stub(), stub()],
        none: None,
        some: Some(Date::INVALID),
        count: 1 << 53,
        ratio: 2.0,
        unit: (),
    }
}

/// The same without what only a call without buffers can write.
fn sendable() -> Inner {
    Inner {
        count: 7,
        ..inner()
    }
}

#[test]
fn flattened_fields() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Flat {
        before: Date,
        #[serde(flatten)]
        inner: Inner,
        after: Option<Stub>,
    }
    let flat = Flat {
        before: Date::INVALID,
        inner: sendable(),
        after: Some(stub()),
    };
    let value = round_trip(&flat);
    let Tree::Object(members) = &value else {
        panic!("an object");
    };
    assert_eq!(members.get("date"), Some(&Tree::Date(Date::from_millis(5))));
    assert_eq!(
        members.get("stub"),
        Some(&Tree::Capability(flat.inner.stub))
    );
}

#[test]
fn flattened_maps_of_values() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Flat {
        name: String,
        #[serde(flatten)]
        rest: BTreeMap<String, Value>,
    }
    let rest = [
        ("a", Tree::Undefined),
        ("b", Tree::Null),
        ("c", Tree::Capability(stub())),
        ("d", inner().value),
    ];
    let rest = rest.map(|(key, value)| (key.to_owned(), value));
    round_trip(&Flat {
        name: "x".to_owned(),
        rest: BTreeMap::from(rest),
    });
}

#[test]
fn flattened_enums() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Flat {
        id: u8,
        #[serde(flatten)]
        action: Action,
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Action {
        Struct {
            file: Stub,
            at: Date,
            size: BigInt,
            data: Bytes,
        },
        Tuple(Stub, Date, Value),
        Newtype(Stub),
    }
    let (file, at) = (stub(), Date::INVALID);
    let size = BigInt::from(u64::MAX);
    let data = Bytes::from(vec![1]);
    round_trip(&Flat {
        id: 1,
        action: Action::Struct {
            file,
            at,
            size,
            data,
        },
    });
    let value = array([text("x"), Tree::Capability(stub()), Tree::Null]);
    round_trip(&Flat {
        id: 1,
        action: Action::Tuple(stub(), Date::from_millis(1), value),
    });
    round_trip(&Flat {
        id: 1,
        action: Action::Newtype(stub()),
    });
}

#[test]
fn untagged_enums_are_not_confused_by_what_is_parked() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Two(One);
    #[derive(Debug, PartialEq, Deserialize)]
    struct One(u64);
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(untagged)]
    enum Any {
        #[serde(skip_serializing)]
        Wrapped(Two),
        Flag(bool),
        Float(f64),
        Text(String),
        Map(BTreeMap<String, u8>),
        Stub(Stub),
        Date(Date),
        BigInt(BigInt),
        Bytes(Bytes),
        Inner(Box<Inner>),
        Nothing(Option<()>),
    }
    round_trip(&Any::Flag(true));
    round_trip(&Any::Float(1.5));
    round_trip(&Any::Text("capnweb::Value".to_owned()));
    round_trip(&Any::Stub(stub()));
    round_trip(&Any::Date(Date::from_millis(1)));
    round_trip(&Any::BigInt(u64::MAX.into()));
    round_trip(&Any::Bytes(vec![].into()));
    round_trip(&Any::Bytes(
        Bytes::of_kind(BytesKind::DataView, vec![1]).unwrap(),
    ));
    round_trip(&Any::Inner(Box::new(sendable())));
    round_trip(&Any::Nothing(None));
    let plain: Any = from_value(number(7)).unwrap();
    assert_eq!(
        plain,
        Any::Wrapped(Two(One(7))),
        "a plain number is one, and no token"
    );
}

#[test]
fn internally_tagged_enums() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "type")]
    enum Event {
        Newtype(Box<Inner>),
        Struct { stub: Stub, date: Date },
        Nested(Outside),
        Empty,
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Outside {
        Pair(Stub, Date),
        Struct { stub: Stub, none: Option<Stub> },
    }
    round_trip(&Event::Newtype(Box::new(sendable())));
    let value = round_trip(&Event::Struct {
        stub: stub(),
        date: Date::INVALID,
    });
    assert!(matches!(value, Tree::Object(members) if members.get("type") == Some(&text("Struct"))));
    round_trip(&Event::Nested(Outside::Pair(stub(), Date::from_millis(1))));
    round_trip(&Event::Nested(Outside::Struct {
        stub: stub(),
        none: None,
    }));
    round_trip(&Event::Empty);
}

#[test]
fn adjacently_tagged_enums() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "t", content = "c")]
    enum Event {
        Value(Value),
        Stub(Stub),
        Unit(()),
    }
    round_trip(&Event::Value(inner().value));
    round_trip(&Event::Stub(stub()));
    round_trip(&Event::Unit(()));
    // The content before its tag is buffered.
    let reversed = object([("c", Tree::Capability(stub())), ("t", text("Stub"))]);
    assert!(matches!(from_value(reversed), Ok(Event::Stub(_))));
}

#[test]
fn a_peer_cannot_name_what_is_parked() {
    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "it is whether it can be read that counts")]
    struct Flat {
        #[serde(flatten)]
        inner: Names,
    }
    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "it is whether it can be read that counts")]
    struct Names {
        real: Stub,
        forged: Stub,
    }
    for forged in [
        number(0),
        number(1),
        text("capnweb::Value"),
        array([number(1)]),
        array([Tree::Null, number(1)]),
        object([("", number(1))]),
        object([("null", number(1))]),
        object([("capnweb::Value", number(1))]),
    ] {
        let real = Tree::Capability(stub());
        let given = object([("real", real), ("forged", forged)]);
        let error = from_value::<Flat>(given).unwrap_err().to_string();
        assert!(
            error.starts_with("expected a capability, found "),
            "{error}"
        );
    }
}

#[test]
fn nothing_stays_parked_after_an_error_or_a_panic() {
    #[derive(Debug)]
    struct Panicking;
    impl<'de> Deserialize<'de> for Panicking {
        fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
            panic!("on purpose");
        }
    }
    impl Serialize for Panicking {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            panic!("on purpose");
        }
    }
    #[derive(Debug, Serialize, Deserialize)]
    struct Flat<T> {
        #[serde(flatten)]
        inner: Kept,
        last: T,
    }
    #[derive(Debug, Serialize, Deserialize)]
    enum Kept {
        Pair(Stub, Stub),
    }
    let given = || {
        let pair = array([Tree::Capability(stub()), Tree::Capability(stub())]);
        object([("Pair", pair), ("last", number(-1))])
    };
    assert!(from_value::<Flat<u8>>(given()).is_err());
    assert_eq!(parked(), 0);
    assert!(catch_unwind(|| from_value::<Flat<Panicking>>(given())).is_err());
    assert_eq!(parked(), 0);

    let inner = || Kept::Pair(stub(), stub());
    assert!(
        to_value(&Flat {
            inner: inner(),
            last: u64::MAX
        })
        .is_err()
    );
    assert_eq!(parked(), 0);
    let panicking = Flat {
        inner: inner(),
        last: Panicking,
    };
    assert!(catch_unwind(AssertUnwindSafe(|| to_value(&panicking))).is_err());
    assert_eq!(parked(), 0);
}
