//! The exact text of every form, and that reading it gives back what was written.

use crate::ids::WireId;
use crate::limits::Limits;
use crate::value::{
    BigInt, Bytes, BytesKind, Date, ErrorClass, ErrorValue, Object, Path, Segment, Tree,
};
use crate::wire::{
    EncodeError, Expr, MAX_ENCODE_DEPTH, Message, Target, WireRef, decode, encode_abort,
    encode_data, encode_pull, encode_push, encode_reject, encode_release, encode_resolve,
};

/// Returns the text of a value after checking that it reads back as the same value.
fn text(expr: &Expr) -> String {
    let message = encode_push(expr).unwrap();
    assert_eq!(
        decode(&message, &Limits::default()),
        Ok(Message::Push(expr.clone()))
    );
    check_data(expr);
    bare_text(expr)
}

/// Checks that data is written the same without being an expression, and that nothing else is: an
/// error would leave unscreened.
fn check_data(expr: &Expr) {
    let is_data = !expr.any(&|inside| {
        matches!(
            inside,
            Tree::Error(_)
                | Tree::Request(_)
                | Tree::Response(_)
                | Tree::Blob(_)
                | Tree::Capability(_)
        )
    });
    let id = WireId(2.0);
    let written = encode_resolve(id, expr).unwrap();
    assert_eq!(encode_data(id, expr), is_data.then_some(written));
}

fn bare_text(expr: &Expr) -> String {
    let message = encode_push(expr).unwrap();
    let value = message.strip_prefix("[\"push\",").unwrap();
    value.strip_suffix(']').unwrap().to_owned()
}

fn number(number: f64) -> Expr {
    Tree::Number(number)
}

fn string(text: &str) -> Expr {
    Tree::String(text.to_owned())
}

fn array<const N: usize>(items: [Expr; N]) -> Expr {
    Tree::Array(items.into())
}

fn bytes(kind: BytesKind, data: &[u8]) -> Expr {
    Tree::Bytes(Bytes::of_kind(kind, data.to_vec()).unwrap())
}

fn error<const N: usize>(class: ErrorClass, message: &str, props: [(&str, Expr); N]) -> Expr {
    let mut error = ErrorValue::new(class, message);
    error.props = Object::from_iter(props);
    Tree::Error(Box::new(error))
}

fn nested(levels: usize) -> Expr {
    (0..levels).fold(Tree::Null, |inner, _| array([inner]))
}

#[test]
fn f3_messages() {
    let (id, one) = (WireId(-3.0), number(1.0));
    assert_eq!(encode_push(&one).unwrap(), r#"["push",1]"#);
    assert_eq!(encode_pull(id), r#"["pull",-3]"#);
    assert_eq!(encode_resolve(id, &one).unwrap(), r#"["resolve",-3,1]"#);
    assert_eq!(encode_reject(id, &one).unwrap(), r#"["reject",-3,1]"#);
    assert_eq!(encode_release(id, 2), r#"["release",-3,2]"#);
    assert_eq!(encode_abort(&one).unwrap(), r#"["abort",1]"#);
}

#[test]
fn w10_w11_f7_scalars() {
    assert_eq!(text(&Tree::Null), "null");
    assert_eq!(text(&Tree::Bool(true)), "true");
    assert_eq!(text(&Tree::Bool(false)), "false");
    assert_eq!(bare_text(&number(-0.0)), "0");
    assert_eq!(text(&number(1e21)), "1e+21");
    assert_eq!(
        text(&number(18_446_744_073_709_551_616.0)),
        "18446744073709552000"
    );
    assert_eq!(text(&number(0.1 + 0.2)), "0.30000000000000004");
    assert_eq!(text(&number(f64::INFINITY)), r#"["inf"]"#);
    assert_eq!(text(&number(f64::NEG_INFINITY)), r#"["-inf"]"#);
    assert_eq!(bare_text(&number(f64::NAN)), r#"["nan"]"#);
    let odd = "\0\u{b}\u{7f}\u{2028}";
    assert_eq!(text(&string(odd)), "\"\\u0000\\u000b\u{7f}\u{2028}\"");
}

/// Protocol W-17: there are no holes.
#[test]
fn w12_w15_arrays_and_undefined() {
    assert_eq!(text(&Tree::Undefined), r#"["undefined"]"#);
    assert_eq!(text(&array([])), "[[]]");
    assert_eq!(text(&array([array([])])), "[[[[]]]]");
    assert_eq!(text(&array([Tree::Undefined])), r#"[[["undefined"]]]"#);
    assert_eq!(
        text(&array([string("undefined"), number(1.0)])),
        r#"[["undefined",1]]"#
    );
}

#[test]
fn w13_bigints() {
    assert_eq!(text(&Tree::BigInt((-5).into())), r#"["bigint","-5"]"#);
    assert_eq!(text(&Tree::BigInt(BigInt::default())), r#"["bigint","0"]"#);
    assert_eq!(
        text(&Tree::BigInt(u128::MAX.into())),
        format!("[\"bigint\",\"{}\"]", u128::MAX)
    );
}

#[test]
fn w13_a_bigint_that_peers_refuse_is_not_sent() {
    let bigint = |text: String| Tree::BigInt(text.parse().unwrap());
    assert!(encode_push(&bigint("9".repeat(16_384))).is_ok());
    for too_long in [
        "9".repeat(16_385),
        format!("-{}", "1".repeat(16_384)),
        "9".repeat(40_000),
    ] {
        let error = encode_push(&bigint(too_long)).unwrap_err();
        assert_eq!(error, EncodeError::BigIntTooLong { max: 16_384 });
        assert_eq!(error.class(), ErrorClass::TypeError);
    }
}

#[test]
fn w14_dates() {
    assert_eq!(text(&Tree::Date(Date::from_millis(-1))), r#"["date",-1]"#);
    let last = Date::from_millis(8_640_000_000_000_000);
    assert_eq!(text(&Tree::Date(last)), r#"["date",8640000000000000]"#);
    assert_eq!(text(&Tree::Date(Date::INVALID)), r#"["date",null]"#);
}

#[test]
fn w18_w20_objects() {
    let object = |members: &[(&str, f64)]| {
        let members = members.iter();
        Tree::Object(members.map(|(key, value)| (*key, number(*value))).collect())
    };
    assert_eq!(text(&object(&[])), "{}");
    assert_eq!(
        text(&object(&[("b\n", 1.0), ("10", 2.0), ("2", 3.0)])),
        r#"{"b\n":1,"10":2,"2":3}"#
    );
    assert_eq!(
        bare_text(&object(&[("__proto__", 1.0), ("a", 1.0)])),
        r#"{"a":1}"#
    );
    assert_eq!(
        bare_text(&object(&[("toString", 1.0)])),
        r#"{"toString":1}"#
    );
}

#[test]
fn w21_bytes_in_the_standard_alphabet_without_padding() {
    for (data, expected) in [
        (&[][..], r#"["bytes",""]"#),
        (&[0xff], r#"["bytes","/w"]"#),
        (&[0xff, 0xee], r#"["bytes","/+4"]"#),
        (&[0xfb, 0xef, 0xbe], r#"["bytes","++++"]"#),
        (&[0, 1, 2, 0xfd, 0xfe, 0xff], r#"["bytes","AAEC/f7/"]"#),
    ] {
        assert_eq!(text(&bytes(BytesKind::Uint8Array, data)), expected);
    }
}

#[test]
fn w22_every_other_kind_of_bytes_carries_its_name() {
    use BytesKind as Kind;
    let f32s: Vec<u8> = [1.5_f32, -0.0]
        .iter()
        .flat_map(|n| n.to_le_bytes())
        .collect();
    let f64s: Vec<u8> = [1.5_f64, f64::NAN]
        .iter()
        .flat_map(|n| n.to_le_bytes())
        .collect();
    for (kind, data, base64) in [
        (Kind::ArrayBuffer, &[1, 2][..], "AQI"),
        (Kind::DataView, &[1, 2], "AQI"),
        (Kind::Int8Array, &[0xff, 2], "/wI"),
        (Kind::Uint8ClampedArray, &[1, 0xff], "Af8"),
        (Kind::Int16Array, &[0xfe, 0xff, 2, 1], "/v8CAQ"),
        (Kind::Uint16Array, &[2, 1], "AgE"),
        (Kind::Int32Array, &(-2_i32).to_le_bytes(), "/v///w"),
        (Kind::Uint32Array, &0x0102_0304_u32.to_le_bytes(), "BAMCAQ"),
        (Kind::BigInt64Array, &(-2_i64).to_le_bytes(), "/v////////8"),
        (Kind::BigUint64Array, &1_u64.to_le_bytes(), "AQAAAAAAAAA"),
        (Kind::Float32Array, &f32s, "AADAPwAAAIA"),
        (Kind::Float64Array, &f64s, "AAAAAAAA+D8AAAAAAAD4fw"),
    ] {
        let expected = format!("[\"bytes\",\"{base64}\",\"{kind:?}\"]");
        assert_eq!(text(&bytes(kind, data)), expected);
    }
}

/// Protocol W-25, O-22.
#[test]
fn w26_errors_take_the_shortest_form() {
    let error_class = ErrorClass::Error;
    assert_eq!(
        text(&error(error_class, "m", [])),
        r#"["error","Error","m"]"#
    );

    let props = [
        ("code", string("X")),
        ("n", number(1.0)),
        ("s", Tree::Undefined),
        ("arr", array([number(1.0)])),
    ];
    let expected = r#"["error","Error","m",null,{"code":"X","n":1,"s":["undefined"],"arr":[[1]]}]"#;
    assert_eq!(text(&error(error_class, "m", props)), expected);

    let mut traced = ErrorValue::new(ErrorClass::TypeError, "m");
    traced.stack = Some("at a".to_owned());
    let with_stack = Tree::Error(Box::new(traced.clone()));
    assert_eq!(text(&with_stack), r#"["error","TypeError","m","at a"]"#);
    traced.props.insert("a", Tree::Null);
    let with_both = Tree::Error(Box::new(traced.clone()));
    assert_eq!(
        text(&with_both),
        r#"["error","TypeError","m","at a",{"a":null}]"#
    );
    traced.stack = Some(String::new());
    let empty_stack = Tree::Error(Box::new(traced));
    assert_eq!(
        bare_text(&empty_stack),
        r#"["error","TypeError","m",null,{"a":null}]"#
    );
}

#[test]
fn w26_cause_and_errors_come_last() {
    let inner = error(ErrorClass::Error, "e", []);
    let errors = [("errors", array([number(1.0), inner]))];
    let expected = r#"["error","AggregateError","a",null,{"errors":[[1,["error","Error","e"]]]}]"#;
    assert_eq!(
        text(&error(ErrorClass::AggregateError, "a", errors)),
        expected
    );

    let props = [
        ("errors", array([])),
        ("cause", number(1.0)),
        ("z", number(1.0)),
    ];
    let expected = r#"["error","AggregateError","a",null,{"z":1,"cause":1,"errors":[[]]}]"#;
    assert_eq!(
        bare_text(&error(ErrorClass::AggregateError, "a", props)),
        expected
    );

    let props = [("errors", number(1.0)), ("cause", Tree::Undefined)];
    let expected = r#"["error","Error","a",null,{"errors":1,"cause":["undefined"]}]"#;
    assert_eq!(text(&error(ErrorClass::Error, "a", props)), expected);

    let expected = r#"["error","AggregateError","a",null,{"errors":[[]]}]"#;
    assert_eq!(
        bare_text(&error(ErrorClass::AggregateError, "a", [])),
        expected
    );
}

#[test]
fn w26_properties_that_receivers_skip_are_not_written() {
    let props = ["name", "message", "stack", "__proto__"].map(|key| (key, number(1.0)));
    assert_eq!(
        bare_text(&error(ErrorClass::Error, "m", props)),
        r#"["error","Error","m"]"#
    );
}

#[test]
fn w26_a_property_that_cannot_be_encoded_is_left_out_whole() {
    let props = || [("a", number(1.0)), ("deep", nested(300)), ("b", nested(1))];
    let expected = r#"["error","Error","m",null,{"a":1,"b":[[null]]}]"#;
    assert_eq!(bare_text(&error(ErrorClass::Error, "m", props())), expected);
    let only = error(ErrorClass::Error, "m", [("cause", nested(300))]);
    assert_eq!(bare_text(&only), r#"["error","Error","m"]"#);
}

/// Protocol W-30, L-27.
#[test]
fn b9_a_chain_of_causes_is_written_once_per_level() {
    let innermost = error(ErrorClass::Error, "0", []);
    let chain = (1..200).fold(innermost, |cause, n| {
        error(ErrorClass::Error, &n.to_string(), [("cause", cause)])
    });
    assert_eq!(text(&chain).matches("\"cause\"").count(), 199);
}

#[test]
fn w6_depth_is_bounded_as_in_decoding() {
    assert!(encode_push(&nested(MAX_ENCODE_DEPTH - 1)).is_ok());
    let error = encode_push(&nested(MAX_ENCODE_DEPTH)).unwrap_err();
    assert_eq!(error, EncodeError::TooDeep);
    assert_eq!(error.class(), ErrorClass::Error);
    let expected =
        "Serialization exceeded maximum allowed depth. (Does the message contain cycles?)";
    assert_eq!(error.to_string(), expected);

    let call = |argument| {
        Tree::Capability(WireRef::Pipeline(Target {
            id: WireId(0.0),
            path: Some(Path::EMPTY),
            args: Some(vec![argument]),
        }))
    };
    assert!(encode_push(&call(nested(MAX_ENCODE_DEPTH - 2))).is_ok());
    assert!(encode_push(&call(nested(MAX_ENCODE_DEPTH - 1))).is_err());
}

#[test]
fn w40_w44_references() {
    let reference = |reference| text(&Tree::Capability(reference));
    let target = |path, args| Target {
        id: WireId(-1.0),
        path,
        args,
    };
    let path: Path = [Segment::from("a\""), Segment::Index(3)]
        .into_iter()
        .collect();
    assert_eq!(reference(WireRef::Export(WireId(-4.0))), r#"["export",-4]"#);
    assert_eq!(
        reference(WireRef::Promise(WireId(-5.0))),
        r#"["promise",-5]"#
    );
    assert_eq!(
        reference(WireRef::Import(target(None, None))),
        r#"["import",-1]"#
    );
    assert_eq!(
        reference(WireRef::Pipeline(target(None, None))),
        r#"["pipeline",-1]"#
    );
    let read = WireRef::Pipeline(target(Some(path), None));
    assert_eq!(reference(read), r#"["pipeline",-1,["a\"",3]]"#);
    let call = WireRef::Pipeline(target(
        Some(Path::EMPTY),
        Some(vec![number(3.0), array([])]),
    ));
    assert_eq!(reference(call), r#"["pipeline",-1,[],[3,[[]]]]"#);
    let odd = Tree::Capability(WireRef::Pipeline(target(None, Some(vec![]))));
    assert_eq!(bare_text(&odd), r#"["pipeline",-1,[],[]]"#);
}

#[test]
fn a_rejection_can_be_read_with_what_it_carries() {
    let error = error(ErrorClass::RangeError, "m", []);
    let text = encode_reject(WireId(1.0), &error).unwrap();
    assert_eq!(
        decode(&text, &Limits::default()),
        Ok(Message::Reject(WireId(1.0), Ok(error)))
    );
}
