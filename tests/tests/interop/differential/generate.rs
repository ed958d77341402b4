//! Conversations made up at random: valid, changed a little, and hostile.

use serde_json::{Value as Json, json};

use super::random::Random;
use super::verdict::REST;

/// A conversation while it is made.
pub(super) struct Script {
    pub(super) random: Random,
    /// The id that the next push, stream or pipe takes at the server.
    next: i64,
    /// What is in the server's table: its main object and what was pushed.
    entries: Vec<i64>,
    /// The pipes, and those of them that nobody was told to read.
    pub(super) pipes: Vec<i64>,
    pub(super) unread: Vec<i64>,
    /// The server's streams to write to.
    sinks: Vec<i64>,
    /// How many captures and results there are, in the instructions of a mapper.
    pub(super) mapper: Option<(i64, i64)>,
}

impl Script {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            next: 1,
            entries: vec![0],
            pipes: Vec::new(),
            unread: Vec::new(),
            sinks: Vec::new(),
            mapper: None,
        }
    }

    /// Makes the messages of one conversation, as text.
    pub(super) fn conversation(mut self) -> Vec<String> {
        let count = 1 + self.random.below(6);
        let mut texts = Vec::new();
        if self.random.chance(6) {
            texts.extend(self.sink());
        }
        for _ in 0..count {
            let mut message = self.message();
            if self.random.wild(6) {
                self.change(&mut message);
            }
            let mut text = with_endless_numbers(&message.to_string());
            if self.random.wild(30) {
                text = self.spoilt(&text);
            }
            texts.push(text);
        }
        texts
    }

    fn message(&mut self) -> Json {
        match self.random.below(16) {
            0..=6 => {
                let call = self.call(3);
                self.pushed(&call)
            }
            7 => {
                let value = self.value(3);
                self.pushed(&value)
            }
            8 => json!(["pull", self.own()]),
            9 => json!(["resolve", self.introduced(), self.value(2)]),
            10 => json!(["reject", self.introduced(), self.error(2)]),
            11 => self.release(),
            12 => self.pipe(),
            13..=14 => self.stream(),
            _ => {
                let remap = self.remap(2);
                let see = json!(["pipeline", 0, ["see"], [remap]]);
                self.pushed(&see)
            }
        }
    }

    fn pushed(&mut self, expression: &Json) -> Json {
        let id = self.next_id();
        self.entries.push(id);
        json!(["push", expression])
    }

    fn release(&mut self) -> Json {
        let count = if self.random.wild(3) {
            self.random.number()
        } else {
            json!(1)
        };
        json!(["release", self.own(), count])
    }

    fn pipe(&mut self) -> Json {
        let id = self.next_id();
        self.pipes.push(id);
        self.unread.push(id);
        json!(["pipe"])
    }

    /// Writes to a stream, or calls something as if it were one.
    fn stream(&mut self) -> Json {
        self.next += 1;
        let (pipe, sink) = (self.random.any(&self.pipes), self.random.any(&self.sinks));
        let id = match (pipe, sink) {
            _ if self.random.chance(12) => return json!(["stream", self.value(2)]),
            (Some(pipe), None) => pipe,
            (Some(pipe), Some(_)) if self.random.chance(2) => pipe,
            (_, Some(sink)) => sink,
            (None, None) => return json!(["stream", self.call(2)]),
        };
        match self.random.below(16) {
            0..=8 => json!(["stream", ["pipeline", id, ["write"], [self.chunk()]]]),
            9..=11 => json!(["stream", ["pipeline", id, ["close"], []]]),
            12..=13 => json!(["stream", ["pipeline", id, ["abort"], [self.value(1)]]]),
            14 => json!(["stream", ["pipeline", id, ["write"]]]),
            _ => {
                let path = [self.step(), self.step()];
                let path = &path[self.random.below(2)..];
                json!(["stream", ["pipeline", id, path, []]])
            }
        }
    }

    fn chunk(&mut self) -> Json {
        if self.random.chance(2) {
            self.random.bytes()
        } else {
            self.value(2)
        }
    }

    /// Asks for a stream to write to, and waits until it is there.
    fn sink(&mut self) -> [String; 3] {
        let push = self.pushed(&json!(["pipeline", 0, ["sink"], []]));
        let pull = json!(["pull", self.next - 1]);
        self.sinks.push(-1);
        // The rest asks for something itself.
        self.next += 1;
        [push.to_string(), pull.to_string(), REST.to_owned()]
    }

    fn next_id(&mut self) -> i64 {
        self.next += 1;
        self.next - 1
    }

    /// A call of what the server has, mostly with something to see.
    pub(super) fn call(&mut self, depth: u32) -> Json {
        let tag = self
            .random
            .pick(&["pipeline", "pipeline", "pipeline", "import"]);
        let main = self.main();
        match self.random.below(12) {
            0..=4 => json!([tag, main, ["see"], [self.value(depth), self.value(1)]]),
            5 => {
                let methods = [
                    "one", "data", "fail", "thing", "nope", "toString", "sink", "chunks",
                ];
                json!([tag, main, [self.random.pick(&methods)], []])
            }
            6..=8 => json!([tag, main, ["read"], [self.streamed(depth)]]),
            9 => json!([tag, main, ["fill"], [["writable", self.introduced()]]]),
            _ => {
                let path: Vec<Json> = (0..self.random.below(3)).map(|_| self.step()).collect();
                let id = self.own();
                if self.random.chance(2) {
                    json!([tag, id, path])
                } else {
                    json!([tag, id, path, [self.value(1)]])
                }
            }
        }
    }

    /// What the main object is called, here or in a mapper, which must have captured it.
    fn main(&mut self) -> i64 {
        match self.mapper {
            Some((1.., _)) => -1,
            _ => 0,
        }
    }

    fn step(&mut self) -> Json {
        match self.random.below(6) {
            0 => json!(self.random.below(3)),
            1 => json!(
                self.random
                    .pick(&["0", "length", "constructor", "toJSON", "__proto__"])
            ),
            _ => json!(
                self.random
                    .pick(&["list", "x", "none", "undef", "value", "prop", "a"])
            ),
        }
    }

    /// An id of the server's table: mostly one that is there.
    pub(super) fn own(&mut self) -> Json {
        if let Some((captures, results)) = self.mapper {
            return match self.random.below(24) {
                0 if self.random.wild(1) => json!(results + 1),
                1 if self.random.wild(1) => json!(-captures - 1),
                _ => {
                    let count = usize::try_from(captures + results + 1).expect("it is small");
                    let at = i64::try_from(self.random.below(count)).expect("it is small");
                    json!(at - captures)
                }
            };
        }
        match self.random.below(32) {
            0 if self.random.wild(1) => json!(self.next),
            1 if self.random.wild(1) => json!(-1),
            2 if self.random.wild(1) => self.random.number(),
            3 => self
                .random
                .any(&self.pipes)
                .map_or(json!(0), |id| json!(id)),
            4 => self
                .random
                .any(&self.sinks)
                .map_or(json!(0), |id| json!(id)),
            _ => json!(self.random.any(&self.entries)),
        }
    }

    /// An id that the client introduces.
    fn introduced(&mut self) -> Json {
        match self.random.below(60) {
            0 if self.random.wild(1) => self.random.number(),
            n => json!(-1 - i32::try_from(n % 4).expect("it is small")),
        }
    }

    pub(super) fn value(&mut self, depth: u32) -> Json {
        let below = depth.saturating_sub(1);
        match self.random.below(if depth == 0 { 10 } else { 22 }) {
            0 => Json::Null,
            1 => json!(self.random.chance(2)),
            2..=3 => self.random.number(),
            4 => self.random.text(),
            5 => self.random.special(),
            6 => json!(["bigint", self.random.digits()]),
            7 => json!(["date", self.random.number()]),
            8 => self.random.bytes(),
            9 => json!(["export", self.introduced()]),
            10 => json!(["promise", self.introduced()]),
            11 => self.error(below),
            12..=13 => self.web(below),
            14 => self.call(below),
            15..=17 => json!([(0..self.random.below(4))
                .map(|_| self.value(below))
                .collect::<Vec<_>>()]),
            18 => self.streamed(below),
            19 if self.random.chance(2) => self.remap(below),
            _ => self.object(below),
        }
    }

    fn object(&mut self, depth: u32) -> Json {
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
        let members = (0..self.random.below(4)).map(|_| {
            let key = self.random.pick(&keys).to_owned();
            (key, self.value(depth))
        });
        Json::Object(members.collect())
    }

    fn error(&mut self, depth: u32) -> Json {
        let class = self.random.pick(&[
            "Error",
            "TypeError",
            "AggregateError",
            "Custom",
            "constructor",
        ]);
        match self.random.below(4) {
            0 => json!(["error", class, "m"]),
            1 => json!(["error", class, "m", "stack"]),
            2 => json!(["error", class, "m", null, self.object(depth)]),
            _ => json!(["error", class, "m", null, {"cause": self.value(depth)}]),
        }
    }

    /// A mapper, whose instructions mostly call what was captured.
    fn remap(&mut self, depth: u32) -> Json {
        let (id, path) = (self.own(), self.random.below(2));
        let path: Vec<Json> = (0..path).map(|_| self.step()).collect();
        let count = 1 + self.random.below(2);
        let captures: Vec<Json> = (0..count).map(|at| self.capture(at)).collect();
        let outer = self.mapper;
        let taken_in = i64::try_from(count).expect("it is small");
        let instructions: Vec<Json> = (0..self.random.below(4))
            .map(|at| {
                let results = i64::try_from(at).expect("it is small");
                self.mapper = Some((taken_in, results));
                if self.random.chance(3) {
                    self.value(depth)
                } else {
                    self.call(depth)
                }
            })
            .collect();
        self.mapper = outer;
        json!(["remap", id, path, captures, instructions])
    }

    fn capture(&mut self, at: usize) -> Json {
        match self.random.below(12) {
            0 => json!(["export", self.introduced()]),
            1 if self.random.wild(1) => json!(["pipeline", self.own()]),
            2 => json!(["import", self.own()]),
            _ if at == 0 => json!(["import", self.main()]),
            _ => json!(["import", self.own()]),
        }
    }
}

/// Puts the numbers that are no `Json` in the place of their texts.
fn with_endless_numbers(text: &str) -> String {
    text.replace("\"\\u0001", "").replace("\\u0001\"", "")
}
