//! Values: what goes to the target's `echo` comes back, of the same kind.

use capnweb_runtime::{
    BigInt, Blob, Body, Bytes, BytesKind, Capability as _, Date, Error, ErrorClass, ErrorValue,
    Function, Headers, ReadableStream, ReferrerPolicy, Request, RequestCache, RequestRedirect,
    Response, Url, Value, from_value, to_value,
};
use futures_util::stream;
use http::Method;
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
fn an_error_that_stands_for_several_as_data_and_thrown() {
    with_peer(async |js| {
        let errors = [Error::type_error("one"), Error::new("two")];
        let both = Error::aggregate("both", errors);
        let back = js.echo(thrown(&both)).await.unwrap();
        let Value::Error(back) = back else {
            panic!("an error went");
        };
        assert_eq!(back.class, ErrorClass::AggregateError);
        let [Value::Error(one), Value::Error(_)] = back.errors() else {
            panic!("{back:?}");
        };
        assert_eq!(
            (one.class, one.message.as_str()),
            (ErrorClass::TypeError, "one")
        );

        let failing = Function::new(move |_: Value| {
            let both = both.clone();
            async move { Err::<Value, _>(both) }
        });
        let caught = js.call_function(failing, Value::Null).await.unwrap_err();
        assert_eq!(caught.class(), ErrorClass::AggregateError);
        let texts: Vec<_> = caught.errors().iter().map(Error::to_string).collect();
        assert_eq!(texts, ["one", "two"]);
    });
}

fn thrown(error: &Error) -> Value {
    match error {
        Error::Thrown(thrown) => thrown.value().clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_longest_bigint_goes_and_a_longer_one_is_refused_here() {
    with_peer(async |js| {
        let power = |n: usize| format!("1{}", "0".repeat(n)).parse::<BigInt>().unwrap();
        returns(js, Value::BigInt(power(16_383))).await;
        let refused = js.echo_big_int(power(16_384)).await.unwrap_err();
        assert!(matches!(refused, Error::Unsendable(_)), "{refused:?}");
        assert_eq!(js.square(3.0).await.unwrap(), 9.0);
    });
}

#[test]
fn typed_arrays_are_made_of_numbers() {
    with_peer(async |js| {
        let floats = Bytes::from_elements(&[1.5_f64, -0.0, f64::MAX]);
        let back = js.echo_bytes(&floats).await.unwrap();
        assert_eq!(back.elements::<f64>(), floats.elements());
        let longs = Bytes::from_elements(&[i64::MIN, -1]);
        let back = js.echo_bytes(longs).await.unwrap();
        assert_eq!(back.elements(), Some(vec![i64::MIN, -1]));
    });
}

#[test]
fn urls() {
    with_peer(async |js| {
        for text in [
            "HTTP://EXAMPLE.com:80/a b?q=é#f",
            "mailto:a@b",
            "https://u:p@x/",
        ] {
            let url: Url = text.parse().unwrap();
            returns(js, Value::Url(url)).await;
        }
    });
}

#[test]
fn headers() {
    with_peer(async |js| {
        let fields = [
            ("X-B", "1"),
            ("X-b", "2"),
            ("Set-Cookie", "a=1"),
            ("set-cookie", "b=2"),
            ("latin", "\u{e9}\u{ff}"),
            ("empty", ""),
        ];
        returns(js, Value::Headers(Headers::new())).await;
        returns(js, Value::Headers(Headers::from_pairs(fields).unwrap())).await;
        let made = js.make_headers().await.unwrap();
        let fields: Vec<_> = made.iter().collect();
        assert_eq!(
            fields,
            [("content-type", "text/plain"), ("x-multi", "a, b")]
        );
    });
}

#[test]
fn requests_and_responses_without_a_body() {
    with_peer(async |js| {
        let url = || "http://e.com/a?b#c".parse().unwrap();
        let mut request = Request::new(Method::DELETE, url(), Value::Null);
        request.headers = Headers::from_pairs([("a", "1")]).unwrap();
        request.options.redirect = RequestRedirect::Manual;
        request.options.cache = RequestCache::NoStore;
        request.options.referrer_policy = ReferrerPolicy::Origin;
        returns(js, Value::Request(Box::new(request))).await;
        let plain = Request::new(Method::GET, url(), Value::Null);
        returns(js, Value::Request(Box::new(plain))).await;

        let mut response = Response::new(404, Value::Null);
        response.status_text = "Not Here".to_owned();
        response.headers = Headers::from_pairs([("b", "2")]).unwrap();
        returns(js, Value::Response(Box::new(response))).await;
    });
}

/// What a body or a blob can have in it, from nothing to more than is under way at once.
fn contents() -> [String; 3] {
    [
        String::new(),
        "żółć 日本語".to_owned(),
        "x".repeat(1_000_000),
    ]
}

/// The same as every kind of body.
fn bodies(text: &str) -> [Body; 3] {
    let chunks = text.as_bytes().chunks(60_000);
    let chunks: Vec<_> = chunks.map(|chunk| Bytes::from(chunk.to_vec())).collect();
    let stream = ReadableStream::new(stream::iter(chunks));
    [text.into(), text.as_bytes().to_vec().into(), stream.into()]
}

#[test]
fn requests_with_a_body() {
    with_peer(async |js| {
        let url: Url = "http://e.com/".parse().unwrap();
        for text in contents() {
            for body in bodies(&text) {
                let request = Request::new(Method::PUT, url.clone(), body);
                let read = js.read_request(request).await.unwrap();
                assert_eq!(
                    (read.method.as_str(), read.url.as_str()),
                    ("PUT", url.as_str())
                );
                assert_eq!(read.text, text);
            }
            let made = js.make_request(url.as_str(), &text).await.unwrap();
            assert_eq!((made.method, made.url), (Method::POST, url.clone()));
            let media_type = made.headers.get("content-type");
            assert_eq!(media_type, Some("text/plain;charset=UTF-8"));
            assert_eq!(made.body.text(1_000_000).await.unwrap(), text);
        }
    });
}

#[test]
fn responses_with_a_body() {
    with_peer(async |js| {
        for text in contents() {
            for body in bodies(&text) {
                let response = Response::new(404, body);
                let read = js.read_response(response).await.unwrap();
                assert_eq!((read.status, read.text.as_str()), (404, text.as_str()));
            }
            let made = js.make_response(201, &text).await.unwrap();
            assert_eq!(made.status, 201);
            assert_eq!(made.body.text(1_000_000).await.unwrap(), text);
        }
    });
}

#[test]
fn a_body_that_is_too_long_is_no_longer_wanted_and_nothing_is_left_of_it() {
    with_peer(async |js| {
        let [_, _, long] = contents();
        let made = js.make_response(200, long).await.unwrap();
        assert!(made.body.collect(1_000).await.is_err());
        assert_eq!(js.square(3.0).await.unwrap(), 9.0);
    });
}

#[test]
fn blobs() {
    with_peer(async |js| {
        for text in contents() {
            let blob = Blob::new("text/plain", Bytes::from(text.clone().into_bytes()));
            let back = js.echo(to_value(&blob).unwrap()).await.unwrap();
            assert_eq!(from_value::<Blob>(back).unwrap(), blob);
            assert_eq!(js.echo_blob(&blob).await.unwrap(), blob);
            assert_eq!(js.make_blob(&text, "text/plain").await.unwrap(), blob);
            let read = js.read_blob(blob).await.unwrap();
            assert_eq!((read.size, read.text), (text.len(), text));
            assert_eq!(read.media_type, "text/plain");
        }
    });
}

#[test]
fn a_response_that_javascript_cannot_make_is_refused_here() {
    with_peer(async |js| {
        for status in [0, 101, 600] {
            let response = Value::Response(Box::new(Response::new(status, Value::Null)));
            let refused = js.echo(response).await.unwrap_err();
            assert!(matches!(refused, Error::Unsendable(_)), "{refused:?}");
        }
        assert_eq!(js.square(3.0).await.unwrap(), 9.0);
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
