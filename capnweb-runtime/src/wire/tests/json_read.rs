//! What is read as JSON, and as what.

use std::time::{Duration, Instant};

use super::owned::Json;
use crate::wire::json::{JsonError, Tape};

fn read(text: &str) -> Json {
    Json::parse(text, 1024).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

fn number(text: &str) -> f64 {
    match read(text) {
        Json::Number(number) => number,
        other => panic!("{text}: {other:?}"),
    }
}

fn string(text: &str) -> String {
    match read(text) {
        Json::String(string) => string,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn f5_any_json_text_is_accepted() {
    let expected = Json::Array(vec![
        Json::Null,
        Json::Bool(true),
        Json::Bool(false),
        Json::Array(vec![]),
        Json::Object(vec![]),
        Json::Object(vec![("a".to_owned(), Json::Array(vec![Json::Number(1.0)]))]),
    ]);
    let dense = r#"[null,true,false,[],{},{"a":[1]}]"#;
    let spacious = " [ null ,\ttrue\r\n, false,[ ] ,{ }, { \"a\" : [ 1 ] } ] \r\n";
    assert_eq!(read(dense), expected);
    assert_eq!(read(spacious), expected);
    assert_eq!(read(" 7 "), Json::Number(7.0));
}

#[test]
fn f4_what_is_not_json_is_refused() {
    for text in [
        "",
        " ",
        "\n",
        "nul",
        "nulL",
        "True",
        "[",
        "]",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{a:1}",
        "{1:1}",
        "{\"a\" 1}",
        "[1}",
        "{\"a\":1]",
        "1 2",
        "[] []",
        "\u{feff}[]",
        "[1]\u{a0}",
        "'a'",
        "\"",
        "\"a",
        "\"\\",
        "\"\\\"",
        "\"\\x\"",
        "\"\\u\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\u+123\"",
        "\"\\uéa\"",
        "\"a\nb\"",
        "\"\u{0}\"",
        "-",
        "+1",
        "01",
        "-01",
        "00",
        "1.",
        ".5",
        "1.e5",
        "1e",
        "1e+",
        "1E-",
        "0x10",
        "NaN",
        "Infinity",
        "-Infinity",
        "1_000",
        "//",
        "[1]//",
        "--1",
        "1-",
    ] {
        let read = Json::parse(text, 1024);
        assert!(
            matches!(read, Err(JsonError::Unexpected { .. })),
            "{text:?}: {read:?}"
        );
    }
}

#[test]
fn an_error_says_where_it_is() {
    let error = Json::parse("[1, x]", 1024).unwrap_err();
    let expected = "a value";
    assert_eq!(error, JsonError::Unexpected { expected, at: 4 });
}

#[test]
#[allow(clippy::float_cmp, reason = "reading is exact")]
fn f7_numbers_are_the_nearest_doubles() {
    for (text, expected) in [
        ("0", 0.0),
        ("1", 1.0),
        ("-1", -1.0),
        ("1.0", 1.0),
        ("10e-1", 1.0),
        ("0.1", 0.1),
        ("123456789012345", 123_456_789_012_345.0),
        ("999999999999999", 999_999_999_999_999.0),
        ("9007199254740993", 9_007_199_254_740_992.0),
        ("-9007199254740991", -9_007_199_254_740_991.0),
        ("18446744073709551616", 18_446_744_073_709_551_616.0),
        ("98.6", 98.6),
        ("0.000000000000001", 1e-15),
        ("12345678.9012345", 12_345_678.901_234_5),
        ("0.30000000000000004", 0.1 + 0.2),
        ("1E2", 100.0),
        ("1e+2", 100.0),
        ("5e-324", 5e-324),
        ("1.7976931348623157e308", f64::MAX),
        ("1e400", f64::INFINITY),
        ("-1e400", f64::NEG_INFINITY),
        ("1e99999999999999999999999", f64::INFINITY),
        ("1e-99999999999999999999999", 0.0),
        ("0e99999999999999999999999", 0.0),
    ] {
        assert_eq!(number(text), expected, "{text}");
    }
    assert!(number("-0").is_sign_negative());
    assert!(number("-0.0").is_sign_negative());
    assert!(number("0").is_sign_positive());
}

#[test]
#[allow(clippy::float_cmp, reason = "the two are to be the same")]
fn f7_short_decimals_are_read_like_all_others() {
    for whole in (0..1_000_000_000_000_000_u64).step_by(9_999_999_999_991) {
        for places in 0..16 {
            let (zeros, digits) = ("0".repeat(15), whole.to_string());
            let all = format!("{zeros}{digits}");
            let (integer, fraction) = all.split_at(all.len() - places);
            let integer = format!("{:0>1}", integer.trim_start_matches('0'));
            let text = format!("{integer}.{fraction}0");
            let text = if places == 0 { integer } else { text };
            assert_eq!(number(&text), text.parse::<f64>().unwrap(), "{text}");
        }
    }
}

#[test]
#[allow(clippy::float_cmp, reason = "infinity is exact")]
fn f7_a_number_of_a_million_digits_is_read_quickly() {
    let started = Instant::now();
    let digits = "7".repeat(1_000_000);
    assert_eq!(number(&digits), f64::INFINITY);
    assert!((number(&format!("0.{digits}")) - 7.0 / 9.0).abs() < 1e-15);
    // Comparing each with each would take minutes; a busy machine takes seconds.
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn f5_escapes_are_read() {
    assert_eq!(string(r#""\"\\\/\b\f\n\r\t""#), "\"\\/\u{8}\u{c}\n\r\t");
    assert_eq!(string(r#""a\u0041b\u00e9\u20ac""#), "aAbé€");
    assert_eq!(string(r#""\ud83d\uDE00!""#), "😀!");
    assert_eq!(
        string("\"raw é€😀 \u{7f}\u{2028}\""),
        "raw é€😀 \u{7f}\u{2028}"
    );
    assert_eq!(string(r#""long enough for words \n twice over \n""#), {
        "long enough for words \n twice over \n"
    });
}

#[test]
fn f8_unpaired_surrogates_become_replacement_characters() {
    for (text, expected) in [
        (r#""\ud800x""#, "\u{fffd}x"),
        (r#""\udc00""#, "\u{fffd}"),
        (r#""\ud800\ud800""#, "\u{fffd}\u{fffd}"),
        (r#""\ud800\ud83d\ude00""#, "\u{fffd}😀"),
        (r#""\ude00\ud83d""#, "\u{fffd}\u{fffd}"),
        (r#""\ud800\u0041""#, "\u{fffd}A"),
        (r#""\ud800\n""#, "\u{fffd}\n"),
        (r#""\ud800""#, "\u{fffd}"),
    ] {
        assert_eq!(string(text), expected, "{text}");
    }
    assert!(Json::parse(r#""\ud800\u12""#, 1024).is_err());
}

#[test]
fn f9_members_keep_textual_order_and_f5_the_last_of_equal_keys_wins() {
    let Json::Object(members) = read(r#"{"10":1,"b":2,"2":3,"\u0062":4,"a":5}"#) else {
        panic!("an object");
    };
    let members = members.iter().map(|(key, value)| (key.as_str(), value));
    assert!(members.eq([
        ("10", &Json::Number(1.0)),
        ("b", &Json::Number(4.0)),
        ("2", &Json::Number(3.0)),
        ("a", &Json::Number(5.0)),
    ]));
}

#[test]
fn f5_repeated_keys_cost_no_more_than_others() {
    let started = Instant::now();
    let same = format!("{{{}\"k\":1}}", "\"k\":0,".repeat(100_000));
    assert_eq!(
        read(&same),
        Json::Object(vec![("k".to_owned(), Json::Number(1.0))])
    );

    let distinct: Vec<String> = (0..100_000).map(|n| format!("\"key{n}\":0,")).collect();
    let Json::Object(members) = read(&format!("{{{}\"key0\":1}}", distinct.concat())) else {
        panic!("an object");
    };
    assert_eq!(members.len(), 100_000);
    // Comparing each with each would take minutes; a busy machine takes seconds.
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn f5_repeated_keys_are_merged_at_every_level() {
    let object = |members: &[(&str, Json)]| {
        let members = members
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.clone()));
        Json::Object(members.collect())
    };
    let number = Json::Number;
    for (text, expected) in [
        (
            r#"{"a":[1,2],"b":3,"a":{"c":4,"c":5},"d":6}"#,
            object(&[
                ("a", object(&[("c", number(5.0))])),
                ("b", number(3.0)),
                ("d", number(6.0)),
            ]),
        ),
        (
            r#"{"a":{"b":1},"a":{"b":2},"a":{"b":3},"c":[4]}"#,
            object(&[
                ("a", object(&[("b", number(3.0))])),
                ("c", Json::Array(vec![number(4.0)])),
            ]),
        ),
        (
            r#"[{"a":1,"b":[],"\u0061":[{"a":2,"a":[3]}],"b":4},5]"#,
            Json::Array(vec![
                object(&[
                    (
                        "a",
                        Json::Array(vec![object(&[("a", Json::Array(vec![number(3.0)]))])]),
                    ),
                    ("b", number(4.0)),
                ]),
                number(5.0),
            ]),
        ),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

/// Each object moves what its repeated key holds: that must not be all that is in it.
#[test]
fn f5_repeated_keys_inside_repeated_keys_cost_no_more_than_others() {
    let started = Instant::now();
    let (levels, width) = (1000, 200_000);
    let begin = r#"{"a":0,"a":"#.repeat(levels);
    let text = format!("{begin}[0{}]{}", ",0".repeat(width), "}".repeat(levels));
    let mut value = &read(&text);
    while let Json::Object(members) = value {
        let [(_, inner)] = members.as_slice() else {
            panic!("one member");
        };
        value = inner;
    }
    assert!(matches!(value, Json::Array(items) if items.len() == width + 1));
    // Moving all of it at each level would take minutes; a busy machine takes seconds.
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_tape_forgets_the_text_before() {
    let mut tape = Tape::default();
    for text in [r#"["a\n",[1"#, r#"{"\n":["\u00e9"]}"#, "[[[[", r#""\t""#] {
        let read = tape
            .read(text, 9, 9)
            .map(|document| Json::from(document.root()));
        assert_eq!(read, Json::parse(text, 9), "{text}");
    }
}

/// Protocol L-11.
#[test]
fn f6_nesting_is_allowed_up_to_the_cap_and_refused_beyond_it() {
    let nested = |levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(Json::parse(&nested(1024), 1024).is_ok());
    assert_eq!(
        Json::parse(&nested(1025), 1024),
        Err(JsonError::TooDeep { max: 1024 })
    );
    let objects = |levels| format!("{}0{}", "{\"a\":".repeat(levels), "}".repeat(levels));
    assert!(Json::parse(&objects(600), 600).is_ok());
    assert_eq!(
        Json::parse(&objects(601), 600),
        Err(JsonError::TooDeep { max: 600 })
    );
}

#[test]
fn f6_no_nesting_overflows_the_stack_whatever_the_cap() {
    let hostile = "[".repeat(100_000);
    assert_eq!(
        Json::parse(&hostile, 1024),
        Err(JsonError::TooDeep { max: 1024 })
    );
    assert_eq!(
        Json::parse(&hostile, usize::MAX),
        Err(JsonError::TooDeep { max: 2048 })
    );
    let deepest = format!("{}{}", "[".repeat(2048), "]".repeat(2048));
    let thread = std::thread::Builder::new().stack_size(1 << 20);
    let read = thread.spawn(move || Tape::default().read(&deepest, 2048, usize::MAX).is_ok());
    assert!(read.unwrap().join().unwrap());
}
