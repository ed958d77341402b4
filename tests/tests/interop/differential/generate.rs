//! Conversations made up at random: valid, changed a little, and hostile.

use serde_json::{Value as Json, json};

/// A generator of numbers (xorshift), and what can be made of them.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        // Neighbouring seeds give unlike numbers; none is zero.
        let mixed = (seed ^ 0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        Self((mixed ^ mixed >> 31) | 1)
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % bound
    }

    fn chance(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }

    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }

    /// Makes the messages of one conversation, as text.
    pub(super) fn conversation(&mut self) -> Vec<String> {
        let mut pushes = 0;
        let count = 1 + self.below(5);
        let mut messages = Vec::new();
        for _ in 0..count {
            let mut message = self.message(pushes);
            pushes += usize::from(message[0] == "push");
            if self.chance(8) {
                self.change(&mut message);
            }
            let mut text = with_endless_numbers(&message.to_string());
            if self.chance(40) {
                text = self.spoilt(&text);
            }
            messages.push(text);
        }
        messages
    }

    fn message(&mut self, pushes: usize) -> Json {
        match self.below(12) {
            0..=6 => json!(["push", self.call(pushes, 3)]),
            7 => json!(["push", self.value(pushes, 3)]),
            8 => json!(["pull", self.own(pushes)]),
            9 => json!(["resolve", self.introduced(), self.value(pushes, 2)]),
            10 => json!(["reject", self.introduced(), self.error(pushes, 2)]),
            _ => {
                let count = if self.chance(3) {
                    self.number()
                } else {
                    json!(1)
                };
                json!(["release", self.own(pushes), count])
            }
        }
    }

    /// A call of what the server has, mostly with something to see.
    fn call(&mut self, pushes: usize, depth: u32) -> Json {
        let tag = self.pick(&["pipeline", "pipeline", "pipeline", "import"]);
        match self.below(8) {
            0..=4 => {
                let args = [self.value(pushes, depth), self.value(pushes, 1)];
                json!([tag, 0, ["see"], args])
            }
            5 => {
                let method = self.pick(&["one", "data", "fail", "thing", "nope", "toString"]);
                json!([tag, 0, [method], []])
            }
            _ => {
                let path: Vec<Json> = (0..self.below(3)).map(|_| self.step()).collect();
                let id = self.own(pushes);
                if self.chance(2) {
                    json!([tag, id, path])
                } else {
                    json!([tag, id, path, [self.value(pushes, 1)]])
                }
            }
        }
    }

    fn step(&mut self) -> Json {
        match self.below(6) {
            0 => json!(self.below(3)),
            1 => json!(self.pick(&["0", "length", "constructor", "toJSON", "__proto__"])),
            _ => json!(self.pick(&["list", "x", "none", "undef", "value", "prop", "a"])),
        }
    }

    /// An id of the server's table: mostly one that is there.
    fn own(&mut self, pushes: usize) -> Json {
        match self.below(24) {
            0 => json!(pushes + 1),
            1 => json!(-1),
            2 => self.number(),
            _ => json!(self.below(pushes + 1)),
        }
    }

    /// An id that the client introduces.
    fn introduced(&mut self) -> Json {
        match self.below(60) {
            0 => self.number(),
            n => json!(-1 - i32::try_from(n % 4).expect("it is small")),
        }
    }

    fn value(&mut self, pushes: usize, depth: u32) -> Json {
        let below = depth.saturating_sub(1);
        match self.below(if depth == 0 { 10 } else { 20 }) {
            0 => Json::Null,
            1 => json!(self.chance(2)),
            2..=3 => self.number(),
            4 => self.text(),
            5 => self.special(),
            6 => json!(["bigint", self.digits()]),
            7 => json!(["date", self.number()]),
            8 => self.bytes(),
            9 => json!(["export", self.introduced()]),
            10 => json!(["promise", self.introduced()]),
            11 => self.error(pushes, below),
            12..=13 => self.web(),
            14 => self.call(pushes, below),
            15..=17 => json!([(0..self.below(4))
                .map(|_| self.value(pushes, below))
                .collect::<Vec<_>>()]),
            _ => self.object(pushes, below),
        }
    }

    fn object(&mut self, pushes: usize, depth: u32) -> Json {
        let keys = [
            "a",
            "b",
            "10",
            "2",
            "",
            "é",
            "toJSON",
            "__proto__",
            "valueOf",
            "name",
        ];
        let members = (0..self.below(4)).map(|_| {
            let key = self.pick(&keys).to_owned();
            (key, self.value(pushes, depth))
        });
        Json::Object(members.collect())
    }

    fn error(&mut self, pushes: usize, depth: u32) -> Json {
        let class = self.pick(&[
            "Error",
            "TypeError",
            "AggregateError",
            "Custom",
            "constructor",
        ]);
        match self.below(4) {
            0 => json!(["error", class, "m"]),
            1 => json!(["error", class, "m", "stack"]),
            2 => json!(["error", class, "m", null, self.object(pushes, depth)]),
            _ => json!(["error", class, "m", null, {"cause": self.value(pushes, depth)}]),
        }
    }

    fn number(&mut self) -> Json {
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

    fn text(&mut self) -> Json {
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

    fn special(&mut self) -> Json {
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

    fn digits(&mut self) -> Json {
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

    fn bytes(&mut self) -> Json {
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

    fn web(&mut self) -> Json {
        let urls = [
            "http://e.com",
            "HTTP://E.com:80/a b?q=é#f",
            "nope",
            "data:,x",
            "http://u:p@e.com/",
            "http://[::1]/",
            "http://xn--/",
            "https://e.com/../a/./b",
        ];
        let url = self.pick(&urls);
        match self.below(4) {
            0 => json!(["url", url]),
            1 => json!(["headers", self.pairs()]),
            2 => json!(["request", url, self.init(true)]),
            _ => json!(["response", null, self.init(false)]),
        }
    }

    fn pairs(&mut self) -> Json {
        let names = ["x-a", "X-A", "set-cookie", "content-type", "a b", "", "é"];
        let values = ["1", " 2 ", "a,b", "\u{e9}", "\u{100}", "x\ny"];
        let pairs: Vec<_> = (0..self.below(4))
            .map(|_| json!([self.pick(&names), self.pick(&values)]))
            .collect();
        json!(pairs)
    }

    fn init(&mut self, request: bool) -> Json {
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

    /// Changes one place somewhere in a message.
    fn change(&mut self, message: &mut Json) {
        let mut place = message;
        loop {
            let inside = match &*place {
                Json::Array(items) => items.len(),
                Json::Object(members) => members.len(),
                _ => 0,
            };
            if inside == 0 || self.chance(3) {
                break;
            }
            let at = self.below(inside);
            place = match place {
                Json::Array(items) => &mut items[at],
                Json::Object(members) => members.values_mut().nth(at).expect("it is inside"),
                _ => unreachable!("there is something inside"),
            };
        }
        self.replace(place);
    }

    fn replace(&mut self, place: &mut Json) {
        match (self.below(6), &mut *place) {
            (0, Json::Array(items)) if !items.is_empty() => {
                let at = self.below(items.len());
                items.remove(at);
            }
            (1, Json::Array(items)) => {
                let extra = self.value(1, 1);
                let at = self.below(items.len() + 1);
                items.insert(at, extra);
            }
            (2, inner) => *inner = json!([inner.take()]),
            (3, Json::Array(items)) if items.len() == 1 => *place = items.remove(0),
            _ => *place = self.value(1, 1),
        }
    }

    /// Spoils a text as such.
    fn spoilt(&mut self, text: &str) -> String {
        let mut characters: Vec<char> = text.chars().collect();
        let at = self.below(characters.len());
        match self.below(4) {
            0 => characters.truncate(at),
            1 => drop(characters.remove(at)),
            2 => characters.insert(
                at,
                self.pick(&["[", "]", "\"", ",", " ", "0"])
                    .chars()
                    .next()
                    .expect("one"),
            ),
            _ => characters[at] = '\\',
        }
        characters.into_iter().collect()
    }
}

/// Puts the numbers that are no `Json` in the place of their texts.
fn with_endless_numbers(text: &str) -> String {
    text.replace("\"\\u0001", "").replace("\\u0001\"", "")
}
