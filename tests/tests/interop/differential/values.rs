//! Values without references: numbers, texts, bytes, and the members of requests and responses.

use serde_json::{Value as Json, json};

use super::random::Random;

impl Random {
    pub(super) fn number(&mut self) -> Json {
        let numbers = [
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
        let text = self.pick(&numbers);
        // A number beyond all doubles is no `Json`: its text stands for it until the end.
        serde_json::from_str(text).unwrap_or_else(|_| json!(format!("\u{1}{text}\u{1}")))
    }

    pub(super) fn text(&mut self) -> Json {
        json!(self.pick(&[
            "",
            "a",
            "é😀",
            "\u{0}\n\"\\",
            "\u{2028}",
            "undefined",
            "long text"
        ]))
    }

    pub(super) fn special(&mut self) -> Json {
        let tag = self.pick(&[
            "undefined",
            "inf",
            "-inf",
            "nan",
            "undefined",
            "bogus",
            "date",
        ]);
        if self.chance(8) {
            json!([tag, 1])
        } else {
            json!([tag])
        }
    }

    pub(super) fn digits(&mut self) -> Json {
        let digits = [
            "0",
            "-5",
            "12345678901234567890",
            " 12 ",
            "",
            "0x1F",
            "-0x1",
            "0b2",
            "1e3",
            "+7",
            "-",
            "0o17",
            "1_000",
            "\u{a0}3\u{feff}",
        ];
        json!(self.pick(&digits))
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
        let kinds = [
            "Uint8Array",
            "ArrayBuffer",
            "DataView",
            "Int8Array",
            "Uint16Array",
            "Float64Array",
            "BigInt64Array",
            "Bogus",
            "uint8array",
        ];
        match self.below(3) {
            0 => json!(["bytes", data]),
            _ => json!(["bytes", data, self.pick(&kinds)]),
        }
    }

    pub(super) fn pairs(&mut self) -> Json {
        let names = ["x-a", "X-A", "set-cookie", "content-type", "a b", "", "é"];
        let values = ["1", " 2 ", "a,b", "\u{e9}", "\u{100}", "x\ny"];
        let pairs: Vec<_> = (0..self.below(4))
            .map(|_| json!([self.pick(&names), self.pick(&values)]))
            .collect();
        json!(pairs)
    }

    pub(super) fn init(&mut self, request: bool) -> Json {
        let mut init = serde_json::Map::new();
        for _ in 0..self.below(3) {
            let (name, value) = match self.below(if request { 9 } else { 4 }) {
                0 => ("headers", self.pairs()),
                1 => ("status", json!([200, 204, 404, 199, 600, 0][self.below(6)])),
                2 => ("statusText", json!(self.pick(&["", "OK", "x\ny"]))),
                3 => ("unknown", json!(1)),
                4 => (
                    "method",
                    json!(self.pick(&["GET", "post", "PATCH", "patch", "TRACE", "a b"])),
                ),
                5 => (
                    "cache",
                    json!(self.pick(&["default", "no-store", "only-if-cached", "bogus"])),
                ),
                6 => (
                    "redirect",
                    json!(self.pick(&["follow", "error", "manual", "bogus"])),
                ),
                7 => (
                    "mode",
                    json!(self.pick(&["cors", "no-cors", "same-origin", "navigate"])),
                ),
                _ => (
                    "credentials",
                    json!(self.pick(&["omit", "include", "bogus"])),
                ),
            };
            init.insert(name.to_owned(), value);
        }
        Json::Object(init)
    }

    pub(super) fn url(&mut self) -> Json {
        json!(self.pick(&[
            "http://e.com",
            "http://e.com",
            "HTTP://E.com:80/a b?q=é#f",
            "nope",
            "data:,x",
            "http://u:p@e.com/",
            "http://[::1]/",
            "http://xn--/",
            "https://e.com/../a/./b",
        ]))
    }
}
