//! Values: what goes to the target's `echo` comes back, of the same kind.

use capnweb_runtime::{
    BigInt, Bytes, BytesKind, Capability as _, Date, Error, ErrorClass, ErrorValue, Value,
    from_value, to_value,
};
use serde::{Deserialize, Serialize};

use super::peer::{Peer, with_peer};

async fn returns(js: &Peer, value: Value) {
    let echoed = js.echo(&value).await.unwrap();
    assert_eq!(echoed, value);
}

#[test]
fn null_undefined_and_booleans() {
    with_peer(async |js| {
        for value in [
            Value::Null,
            Value::Undefined,
            Value::Bool(true),
            Value::Bool(false),
        ] {
            returns(js, value).await;
        }
    });
}

#[test]
fn numbers() {
    with_peer(async |js| {
        let numbers = [
            0.0,
            1.0,
            -1.0,
            0.1 + 0.2,
            1e21,
            -1e-7,
            5e-324,
            f64::MAX,
            f64::INFINITY,
        ];
        for number in numbers {
            returns(js, Value::Number(number)).await;
            returns(js, Value::Number(-number)).await;
        }
        let Value::Number(nan) = js.echo(Value::Number(f64::NAN)).await.unwrap() else {
            panic!("a number went");
        };
        assert!(nan.is_nan());
        assert_eq!(js.return_infinity().await.unwrap(), f64::INFINITY);
        assert_eq!(
            js.return_negative_infinity().await.unwrap(),
            f64::NEG_INFINITY
        );
        assert!(js.return_nan().await.unwrap().is_nan());
    });
}

#[test]
fn an_integer_that_is_no_double_is_refused_here() {
    with_peer(async |js| {
        let call = js.as_stub().call("echo", (u64::MAX,));
        let error = call.await.unwrap_err();
        assert!(matches!(error, Error::Unsendable(_)), "{error:?}");
        let largest = (1_u64 << 53) - 1;
        let echoed = js.as_stub().call("echo", (largest,)).await.unwrap();
        assert_eq!(from_value::<u64>(echoed).unwrap(), largest);
    });
}

#[test]
fn strings() {
    with_peer(async |js| {
        let plain = ["", "żółć", "日本語", "e\u{301}", "👩‍👩‍👧‍👦🏳️‍🌈"];
        let awkward = [
            "a\"b\\c/d",
            "\0\u{8}\t\n\u{b}\u{c}\r\u{1f}\u{7f}",
            "\u{2028}\u{feff}\u{ffff}",
        ];
        for text in plain.into_iter().chain(awkward) {
            returns(js, Value::String(text.to_owned())).await;
        }
    });
}

#[test]
fn lists_also_those_that_look_like_the_wire() {
    with_peer(async |js| {
        let lists = [
            to_value::<[i32; 0]>(&[]),
            to_value(&vec![vec![Vec::<i32>::new()], vec![]]),
            to_value(&(1, (2, (3, [4])))),
            to_value(&["undefined"]),
            to_value(&("date", 1)),
            to_value(&("export", -1)),
            to_value(&[("pipeline", 0, ["square"], [3])]),
        ];
        for list in lists {
            returns(js, list.unwrap()).await;
        }
        returns(js, Value::Array(vec![Value::Undefined, Value::Null])).await;
    });
}

#[test]
fn objects() {
    with_peer(async |js| {
        let names = ["", "ключ", "a b", "-1", "\n"];
        let object = names.iter().map(|name| (*name, Value::Undefined)).collect();
        returns(js, Value::Object(object)).await;
    });
}

#[test]
fn members_that_no_receiver_keeps_are_refused_here() {
    with_peer(async |js| {
        let hidden = [("constructor", 1)]
            .into_iter()
            .collect::<std::collections::HashMap<_, _>>();
        let error = js.as_stub().call("echo", (hidden,)).await.unwrap_err();
        assert!(matches!(error, Error::Unsendable(_)), "{error:?}");
        assert!(error.to_string().contains("constructor"), "{error}");
    });
}

#[test]
fn bigints() {
    with_peer(async |js| {
        for digits in [
            "0",
            "-5",
            "18446744073709551616",
            "-1000000000000000000000000000000",
        ] {
            let number: BigInt = digits.parse().unwrap();
            returns(js, Value::BigInt(number.clone())).await;
            assert_eq!(js.echo_big_int(&number).await.unwrap(), number);
            assert_eq!(js.make_big_int(digits).await.unwrap(), number);
            assert_eq!(js.get_big_int_string(number).await.unwrap(), digits);
        }
    });
}

#[test]
fn bytes() {
    with_peer(async |js| {
        for length in [0_u8, 1, 2, 3, 255] {
            let bytes = Bytes::from((0..length).collect::<Vec<u8>>());
            returns(js, Value::Bytes(bytes.clone())).await;
            assert_eq!(js.echo_bytes(&bytes).await.unwrap(), bytes);
            assert_eq!(js.get_bytes_length(bytes).await.unwrap(), f64::from(length));
        }
        assert_eq!(&js.make_bytes("aGk=").await.unwrap()[..], b"hi");
    });
}

#[test]
fn every_kind_of_typed_array_keeps_its_kind() {
    with_peer(async |js| {
        let kinds = [
            BytesKind::ArrayBuffer,
            BytesKind::DataView,
            BytesKind::Int8Array,
            BytesKind::Uint8ClampedArray,
            BytesKind::Int16Array,
            BytesKind::Uint16Array,
            BytesKind::Int32Array,
            BytesKind::Uint32Array,
            BytesKind::BigInt64Array,
            BytesKind::BigUint64Array,
            BytesKind::Float32Array,
            BytesKind::Float64Array,
        ];
        for kind in kinds {
            let bytes = Bytes::of_kind(kind, vec![1, 2, 3, 4, 5, 6, 7, 8]).unwrap();
            returns(js, Value::Bytes(bytes)).await;
        }
    });
}

#[test]
fn dates() {
    with_peer(async |js| {
        for ms in [
            0,
            -1,
            1_700_000_000_123,
            8_640_000_000_000_000,
            -8_640_000_000_000_000,
        ] {
            let date = Date::from_millis(ms);
            returns(js, Value::Date(date)).await;
            assert_eq!(js.make_date(date.to_time_value()).await.unwrap(), date);
            assert_eq!(js.get_timestamp(date).await.unwrap(), date.to_time_value());
        }
        assert_eq!(js.echo_date(Date::INVALID).await.unwrap(), Date::INVALID);
    });
}

#[test]
fn an_error_as_data_is_data() {
    with_peer(async |js| {
        let mut error = ErrorValue::new(ErrorClass::RangeError, "just data");
        drop(error.props.insert("code", Value::Number(7.0)));
        drop(
            error
                .props
                .insert("cause", Value::Date(Date::from_millis(3))),
        );
        let Value::Error(echoed) = js
            .echo(Value::Error(Box::new(error.clone())))
            .await
            .unwrap()
        else {
            panic!("an error went");
        };
        // The order of properties is the target's business.
        assert_eq!(
            (echoed.class, &echoed.message),
            (error.class, &error.message)
        );
        for (name, value) in error.props.iter() {
            assert_eq!(echoed.props.get(name), Some(value));
        }
    });
}

#[test]
fn deep_nesting() {
    with_peer(async |js| {
        let bottom = Value::String("bottom".into());
        let deep = (0..200).fold(bottom, |inner, i| match i % 2 {
            0 => Value::Array(vec![inner]),
            _ => Value::Object([("inner", inner)].into_iter().collect()),
        });
        returns(js, deep).await;
    });
}

#[test]
fn a_struct_of_everything_serde_has() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Order {
        customer_id: u32,
        placed_at: Date,
        total: BigInt,
        payload: Bytes,
        state: State,
        note: Option<String>,
        #[serde(flatten)]
        rest: Rest,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "kind")]
    enum State {
        Shipped { at: Date, parcels: Vec<(u8, char)> },
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Rest {
        tags: Vec<String>,
    }

    with_peer(async |js| {
        let order = Order {
            customer_id: 7,
            placed_at: Date::from_millis(1),
            total: 10_i64.into(),
            payload: Bytes::from(vec![1, 2]),
            state: State::Shipped {
                at: Date::from_millis(2),
                parcels: vec![(1, 'a')],
            },
            note: None,
            rest: Rest {
                tags: vec!["x".into()],
            },
        };
        let echoed = js.as_stub().call("echo", (&order,)).await.unwrap();
        assert_eq!(from_value::<Order>(echoed).unwrap(), order);
        let id = js
            .as_stub()
            .call("echo", (&order,))
            .get("customerId")
            .await
            .unwrap();
        assert_eq!(id, Value::Number(7.0));
    });
}
