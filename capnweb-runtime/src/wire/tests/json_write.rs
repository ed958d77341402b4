//! The exact text that is written.

use super::owned::Json;
use crate::wire::json::{Tape, excerpt, write_number, write_string};

fn excerpt_of(text: &str) -> String {
    let mut tape = Tape::default();
    excerpt(tape.read(text, 1000, usize::MAX).unwrap().root())
}

fn written(text: &str) -> String {
    let mut out = String::new();
    write_string(&mut out, text);
    out
}

#[test]
fn f5_strings_are_escaped_exactly_where_they_must_be() {
    assert_eq!(written(""), r#""""#);
    assert_eq!(written("\"\\\u{8}\u{c}\n\r\t"), r#""\"\\\b\f\n\r\t""#);
    assert_eq!(written("\u{0}\u{b}\u{1f}"), r#""\u0000\u000b\u001f""#);
    assert_eq!(
        written("/\u{7f}\u{2028}\u{2029}é😀"),
        "\"/\u{7f}\u{2028}\u{2029}é😀\""
    );
    assert_eq!(
        written("plain enough for words\nand more"),
        r#""plain enough for words\nand more""#
    );
}

#[test]
fn f5_what_is_written_is_read_back() {
    let all: String = ('\0'..='\u{2ff}')
        .chain(['\u{fffd}', '\u{10ffff}'])
        .collect();
    assert_eq!(Json::parse(&written(&all), 1), Ok(Json::String(all)));
}

#[test]
fn f7_numbers_are_spelled_like_javascript_spells_them() {
    for (number, expected) in [
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (-1.5, "-1.5"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (0.000_001, "0.000001"),
        (1e-7, "1e-7"),
        (f64::MAX, "1.7976931348623157e+308"),
        (5e-324, "5e-324"),
        (18_446_744_073_709_551_616.0, "18446744073709552000"),
        (0.1 + 0.2, "0.30000000000000004"),
        (9_007_199_254_740_991.0, "9007199254740991"),
        (-9_007_199_254_740_991.0, "-9007199254740991"),
        (9_007_199_254_740_992.0, "9007199254740992"),
        (9_223_372_036_854_775_808.0, "9223372036854776000"),
        (-9_223_372_036_854_775_808.0, "-9223372036854776000"),
        (f64::INFINITY, "null"),
        (f64::NAN, "null"),
    ] {
        let mut out = String::new();
        write_number(&mut out, number);
        assert_eq!(out, expected);
    }
}

#[test]
fn a_short_excerpt_is_the_whole_text() {
    let text = r#"[null,true,false,1.5,"a\n",[],{},{"k":[1,2],"l":"é"}]"#;
    assert_eq!(excerpt_of(text), text);
}

#[test]
fn l28_an_excerpt_is_256_characters_of_however_large_a_value() {
    let long = written(&"é".repeat(1000));
    assert_eq!(excerpt_of(&long), format!("\"{}", "é".repeat(255)));

    let escaped = written(&"\u{1}".repeat(1000));
    assert_eq!(excerpt_of(&escaped).len(), 256);

    let many = format!("[{}7]", "7,".repeat(999_999));
    assert_eq!(excerpt_of(&many), format!("[{}7", "7,".repeat(127)));

    let wide = format!("[{}0]", format!("\"{}\",", "😀".repeat(100)).repeat(9));
    assert_eq!(excerpt_of(&wide).chars().count(), 256);

    let text = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
    assert_eq!(excerpt_of(&text), "[".repeat(256));
}
