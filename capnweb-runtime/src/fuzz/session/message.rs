//! Messages as a hostile peer writes them: of the right shape mostly, with ids that are near what
//! there is.

use std::fmt::Write as _;

use super::super::choices::Choices;
use super::actor::MEMBERS;

/// Writes one message.
pub(super) fn message(choices: &mut Choices<'_>) -> String {
    let mut writer = Writer {
        text: String::new(),
        budget: 40,
    };
    writer.message(choices);
    writer.text
}

struct Writer {
    text: String,
    /// How many values there may still be.
    budget: usize,
}

impl Writer {
    fn message(&mut self, choices: &mut Choices<'_>) {
        match choices.below(16) {
            0..=6 => self.tagged("push", choices, |writer, choices| writer.call(choices, 4)),
            7 => self.tagged("push", choices, |writer, choices| writer.value(choices, 4)),
            8 => self.tagged("pull", choices, Self::id),
            9..=10 => self.tagged("resolve", choices, |writer, choices| {
                writer.id(choices);
                writer.comma();
                writer.value(choices, 4);
            }),
            11 => self.tagged("reject", choices, |writer, choices| {
                writer.id(choices);
                writer.comma();
                writer.value(choices, 4);
            }),
            12 => self.tagged("release", choices, |writer, choices| {
                writer.id(choices);
                writer.comma();
                writer.count(choices);
            }),
            13 => self.tagged("stream", choices, |writer, choices| writer.call(choices, 3)),
            14 => self.text.push_str("[\"pipe\"]"),
            _ => match choices.below(8) {
                0 => self.tagged("abort", choices, |writer, choices| writer.value(choices, 2)),
                _ => self.text = String::from_utf8_lossy(choices.bytes(200)).into_owned(),
            },
        }
    }

    fn call(&mut self, choices: &mut Choices<'_>, depth: usize) {
        let tag = ["pipeline", "pipeline", "pipeline", "import"][choices.below(4)];
        let form = choices.below(8);
        self.tagged(tag, choices, |writer, choices| {
            writer.id(choices);
            if form == 0 {
                return;
            }
            writer.comma();
            writer.path(choices);
            if form > 1 {
                writer.comma();
                writer.list(choices, |writer, choices| writer.value(choices, depth));
            }
        });
    }

    fn path(&mut self, choices: &mut Choices<'_>) {
        let steps = [1, 1, 1, 1, 0, 2][choices.below(6)];
        self.text.push('[');
        for step in 0..steps {
            if step > 0 {
                self.text.push(',');
            }
            match choices.below(16) {
                0 => self.number(0),
                1 => self.text.push_str("\"a\""),
                2 => self.text.push_str("\"constructor\""),
                other => {
                    let name = MEMBERS.get(other % MEMBERS.len()).unwrap_or(&"note");
                    self.text.push('"');
                    self.text.push_str(name);
                    self.text.push('"');
                }
            }
        }
        self.text.push(']');
    }

    fn value(&mut self, choices: &mut Choices<'_>, depth: usize) {
        let Some(budget) = self.budget.checked_sub(1) else {
            return self.text.push('1');
        };
        self.budget = budget;
        let below = depth.saturating_sub(1);
        match choices.below(if depth == 0 { 6 } else { 16 }) {
            0 => self.text.push_str("null"),
            1 => self.number(choices.below(4)),
            2 => self.tagged("export", choices, Self::id),
            3 => self.tagged("promise", choices, Self::id),
            4 => self.tagged("pipeline", choices, Self::id),
            5 => self.tagged("import", choices, Self::id),
            6..=7 => self.call(choices, below),
            8 => {
                self.text.push('[');
                self.list(choices, |writer, choices| writer.value(choices, below));
                self.text.push(']');
            }
            9..=10 => self.object(choices, below),
            11 => {
                self.text.push_str("[\"error\",\"Error\",\"m\",null,");
                self.object(choices, below);
                self.text.push(']');
            }
            12 => self.remap(choices, below),
            13 => self.tagged("readable", choices, Self::id),
            14 => self.tagged("writable", choices, Self::id),
            _ => {
                self.text.push_str("[\"blob\",\"\",");
                self.tagged("readable", choices, Self::id);
                self.text.push(']');
            }
        }
    }

    fn remap(&mut self, choices: &mut Choices<'_>, depth: usize) {
        self.tagged("remap", choices, |writer, choices| {
            writer.id(choices);
            writer.comma();
            writer.path(choices);
            writer.comma();
            writer.list(choices, |writer, choices| {
                let tag = ["import", "export"][choices.below(2)];
                writer.tagged(tag, choices, Self::id);
            });
            writer.comma();
            writer.list(choices, |writer, choices| writer.call(choices, depth));
        });
    }

    fn object(&mut self, choices: &mut Choices<'_>, depth: usize) {
        self.text.push('{');
        let keys = ["\"a\":", "\"b\":", "\"__proto__\":", "\"toJSON\":"];
        for at in 0..choices.below(3) {
            if at > 0 {
                self.text.push(',');
            }
            self.text.push_str(keys[choices.below(keys.len())]);
            self.value(choices, depth);
        }
        self.text.push('}');
    }

    fn list(&mut self, choices: &mut Choices<'_>, item: impl Fn(&mut Self, &mut Choices<'_>)) {
        self.text.push('[');
        for at in 0..choices.below(4) {
            if at > 0 {
                self.text.push(',');
            }
            item(self, choices);
        }
        self.text.push(']');
    }

    fn tagged(
        &mut self,
        tag: &str,
        choices: &mut Choices<'_>,
        rest: impl FnOnce(&mut Self, &mut Choices<'_>),
    ) {
        write!(self.text, "[\"{tag}\",").unwrap_or_default();
        rest(self, choices);
        self.text.push(']');
    }

    /// An id: mostly one of the first of its kind.
    fn id(&mut self, choices: &mut Choices<'_>) {
        match choices.byte() {
            byte @ 0..=127 => self.number(usize::from(byte % 24)),
            byte @ 128..=250 => {
                self.text.push('-');
                self.number(usize::from(byte % 12) + 1);
            }
            251 => self.text.push_str("0.5"),
            252 => self.text.push_str("1e400"),
            253 => self.text.push_str("-9007199254740993"),
            _ => self.text.push_str("99999"),
        }
    }

    fn count(&mut self, choices: &mut Choices<'_>) {
        match choices.below(16) {
            0 => self.text.push('0'),
            1 => self.text.push_str("-1"),
            2 => self.text.push_str("1e300"),
            3 => self.text.push('2'),
            _ => self.text.push('1'),
        }
    }

    fn number(&mut self, number: usize) {
        write!(self.text, "{number}").unwrap_or_default();
    }

    fn comma(&mut self) {
        self.text.push(',');
    }
}
