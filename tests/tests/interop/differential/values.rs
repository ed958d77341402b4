//! Values without references: numbers, texts, bytes, and the members of requests and responses.

use serde_json::{Map, Value as Json, json};

use super::random::Random;

impl Random {
    pub(super) fn number(&mut self) -> Json {
        let text = self.pick(&NUMBERS);
        // A number beyond all doubles is no `Json`: its text stands for it until the end.
        serde_json::from_str(text).unwrap_or_else(|_| json!(format!("\u{1}{text}\u{1}")))
    }

    pub(super) fn text(&mut self) -> Json {
        json!(self.pick(&TEXTS))
    }

    pub(super) fn special(&mut self) -> Json {
        let tag = self.either(&["undefined", "inf", "-inf", "nan"], &["bogus", "date"]);
        if self.wild(8) {
            json!([tag, 1])
        } else {
            json!([tag])
        }
    }

    pub(super) fn digits(&mut self) -> Json {
        json!(self.either(&DIGITS, &NO_DIGITS))
    }

    pub(super) fn bytes(&mut self) -> Json {
        let data = self.pick(&[
            "",
            "AQ",
            "AQID",
            "AQ==",
            "AAECAwQFBgc",
            "A Q",
            "_-8",
            "AQIDBA",
        ]);
        match self.below(3) {
            0 => json!(["bytes", data]),
            1 => json!([
                "bytes",
                data,
                self.either(&["Uint8Array"], &["Bogus", "uint8array"])
            ]),
            _ => {
                let single = ["ArrayBuffer", "DataView", "Int8Array"];
                let several = ["Uint16Array", "Float64Array", "BigInt64Array"];
                json!(["bytes", data, self.either(&single, &several)])
            }
        }
    }

    pub(super) fn pairs(&mut self) -> Json {
        let pairs: Vec<_> = (0..self.below(4))
            .map(|_| {
                let name = self.either(&NAMES, &["a b", "", "é"]);
                json!([
                    name,
                    self.either(&["1", " 2 ", "a,b", "\u{e9}"], &["\u{100}", "x\ny"])
                ])
            })
            .collect();
        json!(pairs)
    }

    pub(super) fn url(&mut self) -> Json {
        json!(self.either(&URLS, &["nope", "http://u:p@e.com/", "http://xn--/"]))
    }

    /// The members of a request's third element.
    pub(super) fn request_members(&mut self) -> Json {
        let mut members = Map::new();
        for _ in 0..self.below(3) {
            let (name, value) = match self.below(7) {
                0 => ("headers", self.pairs()),
                1 => ("unknown", json!(1)),
                2 => ("method", json!(self.either(&METHODS, &["TRACE", "a b"]))),
                3 => (
                    "cache",
                    json!(self.either(&["default", "no-store"], &["only-if-cached", "bogus"])),
                ),
                4 => (
                    "redirect",
                    json!(self.either(&["follow", "error", "manual"], &["bogus"])),
                ),
                5 => (
                    "mode",
                    json!(self.either(&["cors", "same-origin"], &["no-cors", "navigate"])),
                ),
                _ => (
                    "credentials",
                    json!(self.either(&["omit", "include"], &["bogus"])),
                ),
            };
            members.insert(name.to_owned(), value);
        }
        Json::Object(members)
    }

    /// The members of a response's third element.
    pub(super) fn response_members(&mut self) -> Json {
        let mut members = Map::new();
        for _ in 0..self.below(3) {
            let (name, value) = match self.below(4) {
                0 => ("headers", self.pairs()),
                1 if self.wild(2) => ("status", json!([204, 199, 600, 0][self.below(4)])),
                1 => ("status", json!([200, 404][self.below(2)])),
                2 => ("statusText", json!(self.either(&["", "OK"], &["x\ny"]))),
                _ => ("unknown", json!(1)),
            };
            members.insert(name.to_owned(), value);
        }
        Json::Object(members)
    }
}

const NUMBERS: [&str; 16] = [
    "0",
    "1",
    "-1",
    "2",
    "0.5",
    "-0",
    "1e300",
    "1e400",
    "-1e400",
    "9007199254740993",
    "8640000000000001",
    "1.9",
    "123456789",
    "-3",
    "5e-324",
    "0.1e1",
];

const TEXTS: [&str; 7] = [
    "",
    "a",
    "é😀",
    "\u{0}\n\"\\",
    "\u{2028}",
    "undefined",
    "long text",
];

const DIGITS: [&str; 8] = [
    "0",
    "-5",
    "12345678901234567890",
    " 12 ",
    "",
    "0x1F",
    "0o17",
    "\u{a0}3\u{feff}",
];

const NO_DIGITS: [&str; 6] = ["-0x1", "0b2", "1e3", "+7", "-", "1_000"];

const NAMES: [&str; 4] = ["x-a", "X-A", "set-cookie", "content-type"];

const URLS: [&str; 6] = [
    "http://e.com",
    "http://e.com",
    "HTTP://E.com:80/a b?q=é#f",
    "http://[::1]/",
    "https://e.com/../a/./b",
    "data:,x",
];

const METHODS: [&str; 4] = ["GET", "post", "PATCH", "patch"];
