//! What is read out of messages, and what is refused.

use std::thread;

use crate::ids::WireId;
use crate::limits::Limits;
use crate::value::{Bytes, BytesKind, Date, ErrorClass, ErrorValue, Path, Segment, Tree};
use crate::wire::json::JsonError;
use crate::wire::{DecodeError, Expr, Message, Target, WireRef, decode, decode_expr};

fn read(text: &str) -> Result<Expr, DecodeError> {
    decode_expr(text, &Limits::default())
}

fn value(text: &str) -> Expr {
    read(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refusal(text: &str) -> DecodeError {
    match read(text) {
        Err(error) => error,
        Ok(value) => panic!("{text}: {value:?}"),
    }
}

fn message(text: &str) -> Result<Message, DecodeError> {
    decode(text, &Limits::default())
}

fn string(text: &str) -> Expr {
    Tree::String(text.to_owned())
}

fn bigint(number: i64) -> Expr {
    Tree::BigInt(number.into())
}

fn bytes(data: &[u8]) -> Expr {
    Tree::Bytes(Bytes::from(data.to_vec()))
}

fn error(class: ErrorClass, message: &str) -> ErrorValue<WireRef> {
    ErrorValue::new(class, message)
}

fn boxed(error: ErrorValue<WireRef>) -> Expr {
    Tree::Error(Box::new(error))
}

#[test]
fn f3_messages_are_told_apart() {
    let (id, one) = (WireId(-3.0), Tree::Number(1.0));
    for (text, expected) in [
        (r#"["push",1]"#, Message::Push(one.clone())),
        (r#"["pull",-3]"#, Message::Pull(id)),
        (r#"["resolve",-3,1]"#, Message::Resolve(id, one.clone())),
        (r#"["reject",-3,1]"#, Message::Reject(id, Ok(one.clone()))),
        (r#"["release",-3,2]"#, Message::Release(id, 2.0)),
        (r#"["abort",1]"#, Message::Abort(one)),
        (r#"["abort"]"#, Message::Abort(Tree::Undefined)),
        (r#"["pull",1.5]"#, Message::Pull(WireId(1.5))),
        (r#"["release",1,-0.5]"#, Message::Release(WireId(1.0), -0.5)),
    ] {
        assert_eq!(message(text), Ok(expected), "{text}");
    }
}

#[test]
fn f3_surplus_elements_are_ignored() {
    assert_eq!(message(r#"["push",1,["bogus"]]"#), message(r#"["push",1]"#));
    assert_eq!(message(r#"["pull",1,null]"#), message(r#"["pull",1]"#));
    assert_eq!(
        message(r#"["resolve",1,2,[]]"#),
        message(r#"["resolve",1,2]"#)
    );
    assert_eq!(
        message(r#"["release",1,2,3]"#),
        message(r#"["release",1,2]"#)
    );
}

#[test]
fn s33_what_is_wrong_with_a_rejection_is_left_to_the_session() {
    let text = r#"["reject",9,["bogus"]]"#;
    let bogus = Err(DecodeError::UnknownSpecialValue {
        excerpt: r#"["bogus"]"#.to_owned(),
    });
    assert_eq!(message(text), Ok(Message::Reject(WireId(9.0), bogus)));
}

#[test]
fn f4_what_is_no_message_is_echoed() {
    for text in [
        "{}",
        "null",
        "[]",
        "[1]",
        r#""push""#,
        r#"["push"]"#,
        r#"["bogus",1]"#,
        r#"["Push",1]"#,
        r#"["pull"]"#,
        r#"["pull","1"]"#,
        r#"["resolve",1]"#,
        r#"["resolve",null,1]"#,
        r#"["reject",1]"#,
        r#"["release",1]"#,
        r#"["release",1,"1"]"#,
        r#"["release","1",1]"#,
        r#"["resolve","x",[["a","b"],{"c":1}]]"#,
    ] {
        let error = message(text).unwrap_err();
        assert_eq!(error.to_string(), format!("bad RPC message: {text}"));
        assert_eq!(error.class(), ErrorClass::Error);
    }
}

#[test]
fn f4_what_is_not_json_is_a_syntax_error() {
    for text in ["", "\r", "[", "hello"] {
        let error = message(text).unwrap_err();
        assert!(matches!(error, DecodeError::NotJson(_)), "{error:?}");
        assert_eq!(error.class(), ErrorClass::SyntaxError);
    }
}

/// Protocol F-10.
#[test]
fn l3_size_is_counted_in_code_units_and_before_reading() {
    let limits = Limits {
        max_message_size: 16,
        ..Limits::default()
    };
    let fits = "[\"push\",\"ééé😀\"]";
    assert_eq!(fits.encode_utf16().count(), 16);
    assert_eq!(decode(fits, &limits), Ok(Message::Push(string("ééé😀"))));

    let too_large = decode("this is no JSON, but that is not looked at", &limits);
    let error = too_large.unwrap_err();
    assert_eq!(error, DecodeError::MessageTooLarge { max: 16 });
    let text = "Incoming message exceeds maximum size of 16 UTF-16 code units.";
    assert_eq!(
        (error.to_string().as_str(), error.class()),
        (text, ErrorClass::TypeError)
    );
}

#[test]
fn w1_depth_counts_every_level_of_values() {
    let arrays = |levels: usize| format!("{}{}", "[[".repeat(levels), "]]".repeat(levels));
    assert!(read(&arrays(256)).is_ok());
    let error = refusal(&arrays(257));
    assert_eq!(error, DecodeError::TooDeep { max: 256 });
    let text = "Deserialization exceeded maximum allowed message depth of 256.";
    assert_eq!(
        (error.to_string().as_str(), error.class()),
        (text, ErrorClass::TypeError)
    );

    let objects = |levels: usize| format!("{}0{}", "{\"a\":".repeat(levels), "}".repeat(levels));
    assert!(read(&objects(255)).is_ok());
    assert_eq!(refusal(&objects(256)), DecodeError::TooDeep { max: 256 });
}

#[test]
fn w3_call_arguments_and_error_properties_count_on() {
    let calls = |levels: usize| {
        format!(
            "{}0{}",
            "[\"pipeline\",0,[],[".repeat(levels),
            "]]".repeat(levels)
        )
    };
    assert!(read(&calls(255)).is_ok());
    assert_eq!(refusal(&calls(256)), DecodeError::TooDeep { max: 256 });

    let causes = |levels: usize| {
        let start = "[\"error\",\"Error\",\"\",null,{\"cause\":".repeat(levels);
        format!("{start}0{}", "}]".repeat(levels))
    };
    assert!(read(&causes(255)).is_ok());
    assert_eq!(refusal(&causes(256)), DecodeError::TooDeep { max: 256 });
}

#[test]
fn l4_the_limits_are_the_sessions_own() {
    let limits = Limits {
        max_depth: 2,
        max_bigint_digits: 3,
        ..Limits::default()
    };
    let read = |text: &str| decode_expr(text, &limits);
    assert!(read("[[1]]").is_ok());
    assert_eq!(read("[[[[1]]]]"), Err(DecodeError::TooDeep { max: 2 }));
    assert_eq!(read(r#"["bigint","-12"]"#), Ok(bigint(-12)));
    assert_eq!(
        read(r#"["bigint","-123"]"#),
        Err(DecodeError::BigIntTooLong { max: 3 })
    );
}

#[test]
fn w1_no_depth_overflows_the_stack_whatever_the_limits() {
    let limits = Limits {
        max_depth: usize::MAX,
        max_json_depth: usize::MAX,
        ..Limits::default()
    };
    let nested = |levels| {
        let start = "{\"a\":".repeat(levels);
        format!("[\"push\",{start}0{}]", "}".repeat(levels))
    };
    let (deepest, deeper) = (nested(511), nested(2047));
    let too_deep = format!("[\"push\",{}", "[".repeat(100_000));
    let small = thread::Builder::new().stack_size(2 << 20);
    let decoded = small.spawn(move || {
        assert!(decode(&deepest, &limits).is_ok());
        assert_eq!(
            decode(&deeper, &limits),
            Err(DecodeError::TooDeep { max: 512 })
        );
        assert_eq!(
            decode(&too_deep, &limits),
            Err(DecodeError::NotJson(JsonError::TooDeep { max: 2048 }))
        );
    });
    decoded.unwrap().join().unwrap();
}

#[test]
fn w2_arrays_that_are_no_special_form_are_echoed() {
    for text in [
        "[]",
        "[null]",
        "[1]",
        r#"["a"]"#,
        "[{}]",
        "[[1],[2]]",
        r#"["date"]"#,
        r#"["date","1"]"#,
        r#"["undefined",1]"#,
        r#"["bigint"]"#,
        r#"["bigint",5]"#,
        r#"["bytes",null]"#,
        r#"["bytes"]"#,
        r#"["error","Error"]"#,
        r#"["error","Error",5]"#,
        r#"["error",5,"m"]"#,
        r#"["error","Error","m",null,null]"#,
        r#"["error","Error","m",null,[]]"#,
        r#"["error","Error","m",null,"x"]"#,
        r#"["export","x"]"#,
        r#"["export"]"#,
        r#"["promise",null]"#,
        r#"["import"]"#,
        r#"["import","0"]"#,
        r#"["pipeline",0,"p",[]]"#,
        r#"["pipeline",0,[true]]"#,
        r#"["pipeline",0,["p",null,1],[]]"#,
        r#"["pipeline",0,["p"],null]"#,
        r#"["pipeline",0,["p"],{}]"#,
        r#"["pipeline",0,["p"],[],1]"#,
        r#"["constructor"]"#,
        r#"["__proto__",1]"#,
    ] {
        let error = refusal(text);
        assert_eq!(error.to_string(), format!("unknown special value: {text}"));
        assert_eq!(error.class(), ErrorClass::TypeError);
    }
    assert_eq!(refusal("[[[]]]").to_string(), "unknown special value: []");
}

#[test]
fn w4_a_malformed_value_anywhere_fails_the_message() {
    for text in [
        r#"["push",[[["export",-5],["bogus"]]]]"#,
        r#"["resolve",1,{"a":{"b":["bogus"]}}]"#,
        r#"["abort",["error","Error","m",null,{"a":["bogus"]}]]"#,
        r#"["push",["pipeline",0,["p"],[["bogus"]]]]"#,
    ] {
        let error = message(text).unwrap_err();
        assert_eq!(error.to_string(), r#"unknown special value: ["bogus"]"#);
    }
}

#[test]
fn l28_the_echo_is_short() {
    let long = format!("[\"{}\"]", "x".repeat(10_000));
    let DecodeError::UnknownSpecialValue { excerpt } = refusal(&long) else {
        panic!("refused for another reason");
    };
    assert_eq!(excerpt.len(), 256);
}

#[test]
fn w12_o1_undefined_and_arrays_of_it() {
    assert_eq!(value(r#"["undefined"]"#), Tree::Undefined);
    assert_eq!(
        value(r#"[["undefined"]]"#),
        Tree::Array(vec![string("undefined")])
    );
    assert_eq!(
        value(r#"[[["undefined"]]]"#),
        Tree::Array(vec![Tree::Undefined])
    );
    assert_eq!(value("[[]]"), Tree::Array(vec![]));
    assert_eq!(value("[[[[]]]]"), Tree::Array(vec![Tree::Array(vec![])]));
    assert_eq!(value("null"), Tree::Null);
}

#[test]
fn w11_numbers_that_json_does_not_have() {
    assert_eq!(value(r#"["inf",1]"#), Tree::Number(f64::INFINITY));
    assert_eq!(value(r#"["-inf"]"#), Tree::Number(f64::NEG_INFINITY));
    let Tree::Number(nan) = value(r#"["nan"]"#) else {
        panic!("a number");
    };
    assert!(nan.is_nan());
}

#[test]
fn w13_bigints_follow_javascripts_grammar() {
    for (text, expected) in [
        ("", 0),
        (" 12 ", 12),
        ("\u{feff}12\u{a0}\u{2028}", 12),
        ("0x10", 16),
        ("0XfF", 255),
        ("0o17", 15),
        ("0b101", 5),
        ("-0", 0),
        ("+5", 5),
        ("-5", -5),
        ("007", 7),
    ] {
        let form = format!("[\"bigint\",\"{text}\"]");
        assert_eq!(value(&form), bigint(expected), "{text:?}");
    }
    assert_eq!(value(r#"["bigint","1","surplus"]"#), bigint(1));
    for text in [
        "-", "+", "-0x10", "0x", "0x-1", "1e3", "1_000", "1.0", "12x", "--1", "1 2", "٣", "\u{85}1",
    ] {
        let error = refusal(&format!("[\"bigint\",\"{text}\"]"));
        assert_eq!(
            error.to_string(),
            format!("Cannot convert {text} to a BigInt")
        );
        assert_eq!(error.class(), ErrorClass::SyntaxError);
    }
}

#[test]
fn w13_o20_a_bigints_length_counts_its_sign_and_is_checked_first() {
    let text = |digits: &str| format!("[\"bigint\",\"{digits}\"]");
    assert!(read(&text(&format!("-{}", "9".repeat(16_383)))).is_ok());
    for too_long in [format!("-{}", "9".repeat(16_384)), "x".repeat(16_385)] {
        let error = refusal(&text(&too_long));
        let expected = "Deserialized bigint exceeds maximum length of 16384 digits.";
        assert_eq!(
            (error.to_string().as_str(), error.class()),
            (expected, ErrorClass::TypeError)
        );
    }
}

#[test]
fn w14_dates_are_cut_to_whole_milliseconds_in_range() {
    for (text, expected) in [
        ("1.9", Date::from_millis(1)),
        ("-0.5", Date::from_millis(0)),
        ("-1.9", Date::from_millis(-1)),
        ("8640000000000000", Date::from_millis(8_640_000_000_000_000)),
        (
            "-8640000000000000",
            Date::from_millis(-8_640_000_000_000_000),
        ),
        ("8640000000000001", Date::INVALID),
        ("1e400", Date::INVALID),
        ("null", Date::INVALID),
        ("5,[]", Date::from_millis(5)),
    ] {
        assert_eq!(
            value(&format!("[\"date\",{text}]")),
            Tree::Date(expected),
            "{text}"
        );
    }
}

#[test]
fn w18_w19_members_stay_in_order_and_forbidden_ones_are_kept_for_evaluation() {
    let Tree::Object(object) = value(r#"{"b":1,"toJSON":["export",-1],"__proto__":null,"a":[[]]}"#)
    else {
        panic!("an object");
    };
    let keys: Vec<&str> = object.iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["b", "toJSON", "__proto__", "a"]);
    let export = Tree::Capability(WireRef::Export(WireId(-1.0)));
    assert_eq!(object.get("toJSON"), Some(&export));
}

#[test]
fn w23_bytes_are_read_leniently() {
    assert_eq!(value(r#"["bytes","AQ=="]"#), bytes(&[1]));
    assert_eq!(value(r#"["bytes","A Q\nI="]"#), bytes(&[1, 2]));
    assert_eq!(value(r#"["bytes","_-__"]"#), bytes(&[0xff, 0xef, 0xff]));
    assert_eq!(value(r#"["bytes","AQID","Uint8Array"]"#), bytes(&[1, 2, 3]));
    assert_eq!(value(r#"["bytes","AR"]"#), bytes(&[1]));
    for text in [
        r#"["bytes","A"]"#,
        r#"["bytes","A!Q="]"#,
        r#"["bytes","é"]"#,
    ] {
        assert_eq!(refusal(text), DecodeError::Base64);
        assert_eq!(refusal(text).class(), ErrorClass::SyntaxError);
    }
}

#[test]
fn w24_kinds_of_bytes_are_checked() {
    let floats = Bytes::of_kind(BytesKind::Float32Array, vec![0, 0, 0xc0, 0x3f]).unwrap();
    assert_eq!(
        value(r#"["bytes","AADAPw","Float32Array",1]"#),
        Tree::Bytes(floats)
    );
    for (marker, expected) in [
        ("null", "Unknown bytes type marker type: object"),
        ("[]", "Unknown bytes type marker type: object"),
        ("{}", "Unknown bytes type marker type: object"),
        ("5", "Unknown bytes type marker type: number"),
        ("true", "Unknown bytes type marker type: boolean"),
        ("\"uint8array\"", "Unknown bytes type marker: uint8array"),
        (
            "\"Float16Array\"",
            "Unknown bytes type marker: Float16Array",
        ),
        ("\"constructor\"", "Unknown bytes type marker: constructor"),
        (
            "\"Int32Array\"",
            "Invalid byte length 3 for Int32Array; expected a multiple of 4",
        ),
    ] {
        let error = refusal(&format!("[\"bytes\",\"AQID\",{marker}]"));
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.class(), ErrorClass::TypeError);
    }
    let long = refusal(&format!("[\"bytes\",\"\",\"{}😀\"]", "x".repeat(63)));
    let expected = format!("Unknown bytes type marker: {}", "x".repeat(63));
    assert_eq!(
        long.to_string(),
        expected,
        "64 code units would split the last character"
    );
}

/// Protocol W-25, B-10.
#[test]
fn w28_errors_are_read() {
    let plain = error(ErrorClass::TypeError, "x");
    assert_eq!(value(r#"["error","TypeError","x"]"#), boxed(plain.clone()));
    assert_eq!(
        value(r#"["error","TypeError","x",5]"#),
        boxed(plain.clone())
    );
    assert_eq!(
        value(r#"["error","TypeError","x",null,{},"extra"]"#),
        boxed(plain.clone())
    );

    let mut traced = plain;
    traced.stack = Some("at a\nat b".to_owned());
    traced.props.insert("code", string("X"));
    let text = r#"["error","TypeError","x","at a\nat b",{"code":"X"}]"#;
    assert_eq!(value(text), boxed(traced));
}

#[test]
fn w28_properties_named_like_fields_are_not_even_read() {
    let text = r#"["error","Error","m",null,{"name":["bogus"],"message":[],"stack":[1],"a":1}]"#;
    let mut expected = error(ErrorClass::Error, "m");
    expected.props.insert("a", Tree::Number(1.0));
    assert_eq!(value(text), boxed(expected));
    assert!(read(r#"["error","Error","m",null,{"toString":["bogus"]}]"#).is_err());
}

/// Protocol O-22.
#[test]
fn w29_names_are_normalized() {
    for name in [
        "Error",
        "EvalError",
        "RangeError",
        "ReferenceError",
        "SyntaxError",
        "URIError",
    ] {
        let Tree::Error(error) = value(&format!("[\"error\",\"{name}\",\"\"]")) else {
            panic!("an error");
        };
        assert_eq!(error.class.name(), name);
    }
    for name in ["Custom", "constructor", "__proto__", "typeerror", ""] {
        let expected = boxed(error(ErrorClass::Error, ""));
        assert_eq!(value(&format!("[\"error\",\"{name}\",\"\"]")), expected);
    }
    let mut aggregate = error(ErrorClass::AggregateError, "");
    aggregate.props.insert("errors", Tree::Array(vec![]));
    assert_eq!(value(r#"["error","AggregateError",""]"#), boxed(aggregate));
}

#[test]
fn w31_any_value_can_be_an_abort_reason() {
    assert_eq!(
        message(r#"["abort",["undefined"]]"#),
        Ok(Message::Abort(Tree::Undefined))
    );
    assert_eq!(
        message(r#"["abort","text"]"#),
        Ok(Message::Abort(string("text")))
    );
}

#[test]
fn w40_introductions() {
    let export = |id| Tree::Capability(WireRef::Export(WireId(id)));
    assert_eq!(value(r#"["export",-1]"#), export(-1.0));
    assert_eq!(value(r#"["export",-1,["bogus"]]"#), export(-1.0));
    assert_eq!(
        value(r#"["export",1.5]"#),
        export(1.5),
        "the session judges ids"
    );
    let promise = Tree::Capability(WireRef::Promise(WireId(-2.0)));
    assert_eq!(value(r#"["promise",-2]"#), promise);
}

#[test]
fn w43_targets() {
    let target = |path, args| Target {
        id: WireId(0.0),
        path,
        args,
    };
    let pipeline = |path, args| Tree::Capability(WireRef::Pipeline(target(path, args)));
    let hello = Some(Path::single("hello"));
    assert_eq!(value(r#"["pipeline",0]"#), pipeline(None, None));
    assert_eq!(
        value(r#"["pipeline",0,[]]"#),
        pipeline(Some(Path::EMPTY), None)
    );
    assert_eq!(
        value(r#"["pipeline",0,["hello"]]"#),
        pipeline(hello.clone(), None)
    );
    assert_eq!(
        value(r#"["pipeline",0,["hello"],[]]"#),
        pipeline(hello, Some(vec![]))
    );

    // W-16: arguments are not wrapped; a wrapped one is an array.
    let args = Some(vec![Tree::Number(3.0), Tree::Array(vec![string("a")])]);
    let call = Tree::Capability(WireRef::Import(target(Some(Path::EMPTY), args)));
    assert_eq!(value(r#"["import",0,[],[3,[["a"]]]]"#), call);
}

#[test]
fn c5_numbers_in_paths_are_indexes_or_else_names() {
    let text = r#"["pipeline",0,["a",0,-0,7,1.5,-1,1e400,"0"]]"#;
    let Tree::Capability(WireRef::Pipeline(target)) = value(text) else {
        panic!("a pipeline");
    };
    let name = |name: &str| Segment::from(name.to_owned());
    let expected = [
        name("a"),
        Segment::Index(0),
        Segment::Index(0),
        Segment::Index(7),
        name("1.5"),
        name("-1"),
        name("Infinity"),
        name("0"),
    ];
    assert_eq!(target.path.unwrap().segments(), expected);
}
