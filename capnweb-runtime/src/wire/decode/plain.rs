//! The messages that most of what happens is made of: a call with a few plain arguments, a plain
//! result, and some bytes that are written to a stream.
//!
//! They are recognised as JavaScript writes them, like those in `control`, and read from left to
//! right. Whatever holds anything else is read like all messages.

use crate::ids::WireId;
use crate::limits::Limits;
use crate::value::{MemberName, Path, Segment, Tree};
use crate::wire::base64::read_usual_base64;
use crate::wire::json::{plain_prefix, short_integer};
use crate::wire::message::Message;
use crate::wire::reference::{Expr, Target, WireRef};

/// Reads the call of a member, or a result, that is spelled in the usual way.
pub(super) fn plain(text: &str, limits: &Limits) -> Option<Message> {
    let may_be = limits.max_values >= MOST_VALUES
        && limits.max_json_depth >= JSON_DEPTH
        && limits.max_depth >= DEPTH;
    if !may_be {
        return None;
    }
    if let Some(call) = text.strip_prefix("[\"push\",[\"pipeline\",") {
        return Rest(call).call();
    }
    if let Some(chunk) = text.strip_prefix("[\"stream\",[\"pipeline\",") {
        return Rest(chunk).chunk();
    }
    Rest(text.strip_prefix("[\"resolve\",")?).result()
}

/// What has not been read.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    /// Reads a call from its id on.
    fn call(mut self) -> Option<Message> {
        let id = WireId(self.integer()?);
        self.eat(",[\"")?;
        let name = MemberName::new(self.text()?);
        self.eat("],[")?;
        let args = self.args()?;
        (self.0 == "]]").then(|| Message::Push(call(id, name, args)))
    }

    /// Reads bytes that are written, from the id of the stream on. Where they end is known, so that
    /// they need not be looked at before they are read.
    fn chunk(mut self) -> Option<Message> {
        let id = WireId(self.integer()?);
        self.eat(",[\"write\"],[[\"bytes\",\"")?;
        let text = self.0.strip_suffix("\"]]]]")?;
        let chunk = Tree::Bytes(read_usual_base64(text)?.into());
        let call = call(id, MemberName::new("write"), vec![chunk]);
        Some(Message::Stream(call))
    }

    /// Reads a result from its id on.
    fn result(mut self) -> Option<Message> {
        let id = WireId(self.integer()?);
        self.eat(",")?;
        let value = self.value()?;
        (self.0 == "]").then_some(Message::Resolve(id, value))
    }

    /// Reads arguments, and the bracket behind them.
    fn args(&mut self) -> Option<Vec<Expr>> {
        if self.eat("]").is_some() {
            return Some(Vec::new());
        }
        let mut args = Vec::with_capacity(FEW_ARGS);
        while args.len() < MOST_ARGS {
            args.push(self.value()?);
            if self.eat("]").is_some() {
                return Some(args);
            }
            self.eat(",")?;
        }
        None
    }

    /// Reads a value with nothing inside it.
    fn value(&mut self) -> Option<Expr> {
        Some(match self.0.as_bytes().first()? {
            b'"' => {
                self.eat("\"")?;
                Tree::String(self.text()?.to_owned())
            }
            b't' => self.eat("true").map(|()| Tree::Bool(true))?,
            b'f' => self.eat("false").map(|()| Tree::Bool(false))?,
            b'n' => self.eat("null").map(|()| Tree::Null)?,
            _ => Tree::Number(self.integer()?),
        })
    }

    /// Reads a string without escapes, of which the first quote is read already.
    fn text(&mut self) -> Option<&'a str> {
        let end = plain_prefix(self.0.as_bytes());
        let (text, rest) = self.0.split_at_checked(end)?;
        self.0 = rest.strip_prefix('"')?;
        Some(text)
    }

    fn integer(&mut self) -> Option<f64> {
        let (number, rest) = short_integer(self.0.as_bytes())?;
        self.0 = self.0.get(self.0.len().saturating_sub(rest.len())..)?;
        Some(number)
    }

    fn eat(&mut self, text: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(text)?;
        Some(())
    }
}

fn call(id: WireId, name: MemberName, args: Vec<Expr>) -> Expr {
    Tree::Capability(WireRef::Pipeline(Target {
        id,
        path: Some(Path::single(Segment::Name(name))),
        args: Some(args),
    }))
}

/// How many arguments there may be.
const MOST_ARGS: usize = 4;

/// How many most calls have.
const FEW_ARGS: usize = 2;

/// How many values such a message has: its array and tag, the expression's and its id, the path and
/// its step, the arguments and their array.
const MOST_VALUES: usize = MOST_ARGS + 8;

/// How deep its arrays stand in one another.
const JSON_DEPTH: usize = 4;

/// How deep its values stand in one another.
const DEPTH: usize = 2;

#[cfg(test)]
mod tests {
    use super::{DEPTH, JSON_DEPTH, MOST_ARGS, MOST_VALUES, plain};
    use crate::limits::Limits;
    use crate::wire::decode;

    /// Values that are read here, and some that are not.
    const VALUES: [&str; 6] = ["0", "-12", "\"\"", "\"a b é\"", "true", "null"];
    const OTHERS: [&str; 14] = [
        "1.5", "1e3", "01", "-", "", " 1", "1 ", "\"\\n\"", "\"a", "tru", "[[]]", "{}", "nul",
        "[1]",
    ];

    fn messages(value: &str) -> [String; 4] {
        [
            format!(r#"["resolve",1,{value}]"#),
            format!(r#"["push",["pipeline",0,["square"],[{value}]]]"#),
            format!(r#"["push",["pipeline",-3,["é"],[1,{value},false]]]"#),
            format!(
                r#"["push",["pipeline",0,["f"],[{}]]]"#,
                [value; MOST_ARGS].join(",")
            ),
        ]
    }

    /// One that is read here and means something else there would be two protocols.
    #[test]
    fn f3_what_is_recognised_is_what_is_read() {
        let limits = Limits::default();
        // With white space before it, every message is read the long way.
        let slow = |text: &str| decode(&format!(" {text}"), &limits);
        let more = [
            r#"["push",["pipeline",7,[""],[]]]"#,
            r#"["stream",["pipeline",2,["write"],[["bytes",""]]]]"#,
            r#"["stream",["pipeline",2,["write"],[["bytes","AQI"]]]]"#,
            r#"["stream",["pipeline",2,["write"],[["bytes","AQ=="]]]]"#,
            r#"["stream",["pipeline",-2,["write"],[["bytes","/+8A"]]]]"#,
        ];
        let more = more.map(str::to_owned);
        for text in VALUES.into_iter().flat_map(messages).chain(more) {
            assert_eq!(plain(&text, &limits).map(Ok), Some(slow(&text)), "{text}");
        }
    }

    #[test]
    fn f4_everything_else_is_read_the_long_way() {
        let limits = Limits::default();
        let others = OTHERS.into_iter().filter(|other| !other.is_empty());
        for text in others.flat_map(messages) {
            assert_eq!(plain(&text, &limits), None, "{text}");
        }
        for text in [
            r#"["push",["pipeline",0,["f"]]]"#,
            r#"["push",["pipeline",0,["f"],[1],2]]"#,
            r#"["push",["pipeline",0,["f"],[1]],2]"#,
            r#"["push",["pipeline",0,["f"],[1,]]]"#,
            r#"["push",["pipeline",0,["f"],[1]]"#,
            r#"["push",["pipeline",0,["f","g"],[1]]]"#,
            r#"["push",["pipeline",0,[],[1]]]"#,
            r#"["push",["pipeline",0,["f\n"],[1]]]"#,
            r#"["push",["pipeline",0.5,["f"],[1]]]"#,
            r#"["push",["pipeline","0",["f"],[1]]]"#,
            r#"["push",["import",0,["f"],[1]]]"#,
            r#"["push",["pipeline",0,["f"],[1,2,3,4,5]]]"#,
            r#"["resolve",1]"#,
            r#"["resolve",1,2,3]"#,
            r#"["resolve","1",2]"#,
            r#"["reject",1,2]"#,
            r#"["stream",["pipeline",2,["write"],[["bytes","A"]]]]"#,
            r#"["stream",["pipeline",2,["write"],[["bytes","_-8A"]]]]"#,
            r#"["stream",["pipeline",2,["write"],[["bytes","AQ\/"]]]]"#,
            r#"["stream",["pipeline",2,["write"],[["bytes","AQ I"]]]]"#,
            "[\"stream\",[\"pipeline\",2,[\"write\"],[[\"bytes\",\"AQ\nI\"]]]]",
            r#"["stream",["pipeline",2,["write"],[["bytes","AQI","DataView"]]]]"#,
            r#"["stream",["pipeline",2,["write"],[["bytes","AQI"],["bytes","AQI"]]]]"#,
            r#"["stream",["pipeline",2,["write"],[["bytes","AQI"]]]"#,
            r#"["stream",["pipeline",2,["close"],[["bytes","AQI"]]]]"#,
        ] {
            assert_eq!(plain(text, &limits), None, "{text}");
        }
    }

    /// A program that sets narrow limits means all messages.
    #[test]
    fn l1_narrow_limits_are_kept_the_long_way() {
        let call = r#"["push",["pipeline",0,["f"],[1,2,3,4]]]"#;
        let chunk = r#"["stream",["pipeline",2,["write"],[["bytes",""]]]]"#;
        for (values, json_depth, depth) in [
            (MOST_VALUES, JSON_DEPTH, DEPTH),
            (MOST_VALUES - 1, JSON_DEPTH, DEPTH),
            (MOST_VALUES, JSON_DEPTH - 1, DEPTH),
            (MOST_VALUES, JSON_DEPTH, DEPTH - 1),
        ] {
            let limits = Limits {
                max_values: values,
                max_json_depth: json_depth,
                max_depth: depth,
                ..Limits::default()
            };
            for text in [call, chunk] {
                let slow = decode(&format!(" {text}"), &limits);
                assert_eq!(decode(text, &limits), slow, "{limits:?}");
            }
        }
    }
}
