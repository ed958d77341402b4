//! Names that stand for what was found, and what may be found.

use std::collections::BTreeMap;

use serde_json::Value;

/// What names stand for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bindings(BTreeMap<String, Value>);

impl Bindings {
    pub(crate) fn bind(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// Returns what a name stands for, as text.
    pub(crate) fn text(&self, name: &str) -> Result<String, String> {
        match self.0.get(name) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(other) => Ok(other.to_string()),
            None => Err(format!("{name} stands for nothing")),
        }
    }

    /// Returns a message as it is sent.
    pub(crate) fn message(&self, message: &Value) -> Result<String, String> {
        match self.filled(message)? {
            Value::String(text) => Ok(self.named(&text)),
            message => Ok(written_out(&message.to_string())),
        }
    }

    /// Returns a value with what its names stand for.
    pub(crate) fn filled(&self, value: &Value) -> Result<Value, String> {
        Ok(match value {
            Value::String(text) if is_name(text) => self.get(text)?.clone(),
            Value::Array(elements) => Value::Array(self.elements(elements)?),
            Value::Object(members) => {
                let filled = members
                    .iter()
                    .map(|(name, member)| Ok((name.clone(), self.filled(member)?)));
                Value::Object(filled.collect::<Result<_, String>>()?)
            }
            other => other.clone(),
        })
    }

    fn elements(&self, elements: &[Value]) -> Result<Vec<Value>, String> {
        let mut filled = Vec::new();
        for element in elements {
            let list = element.as_str().and_then(|name| name.strip_suffix(REST));
            match list.filter(|name| is_name(name)) {
                Some(name) => match self.get(name)? {
                    Value::Array(list) => filled.extend(list.iter().cloned()),
                    other => return Err(format!("{name} is no list, but {other}")),
                },
                None => filled.push(self.filled(element)?),
            }
        }
        Ok(filled)
    }

    fn get(&self, name: &str) -> Result<&Value, String> {
        let value = self.0.get(name);
        value.ok_or_else(|| format!("{name} stands for nothing"))
    }

    /// Replaces the names of texts in a text that is no JSON.
    fn named(&self, text: &str) -> String {
        let names = self.0.iter();
        names.fold(text.to_owned(), |text, (name, value)| match value {
            Value::String(value) => text.replace(name.as_str(), value),
            _ => text,
        })
    }

    /// Compares what was found with what may be; binds the names that stood for nothing.
    pub(crate) fn matches(&mut self, pattern: &Value, found: &Value) -> bool {
        match (pattern, found) {
            (Value::String(name), _) if name == ANYTHING => true,
            (Value::String(name), _) if is_name(name) => {
                let bound = self.0.entry(name.clone()).or_insert_with(|| found.clone());
                bound == found
            }
            (Value::Array(patterns), Value::Array(elements)) => self.lists(patterns, elements),
            (Value::Object(members), _) if members.keys().any(|name| name.starts_with('$')) => {
                members.iter().all(|(word, what)| {
                    let what = self.filled(what);
                    what.is_ok_and(|what| holds(word, &what, found))
                })
            }
            (Value::Object(patterns), Value::Object(members)) => {
                let mut pairs = patterns.iter();
                patterns.len() == members.len()
                    && pairs.all(|(name, pattern)| {
                        let member = members.get(name);
                        member.is_some_and(|member| self.matches(pattern, member))
                    })
            }
            _ => pattern == found,
        }
    }

    fn lists(&mut self, patterns: &[Value], elements: &[Value]) -> bool {
        let (patterns, is_whole) = match patterns.split_last() {
            Some((Value::String(last), rest)) if last == &format!("${REST}") => (rest, false),
            _ => (patterns, true),
        };
        let fits = patterns.len() == elements.len() || !is_whole;
        fits && patterns.len() <= elements.len()
            && patterns
                .iter()
                .zip(elements)
                .all(|(pattern, element)| self.matches(pattern, element))
    }
}

/// Whether what a word of patterns says is so.
fn holds(word: &str, what: &Value, found: &Value) -> bool {
    let has = |text: &Value| {
        let text = text.as_str().expect("a text to look for");
        found.to_string().contains(text)
    };
    match word {
        "$contains" => has(what),
        "$lacks" => !what.as_array().expect("some texts").iter().any(has),
        "$at most" => found.as_f64() <= what.as_f64(),
        _ => panic!("{word} is no word of patterns"),
    }
}

fn is_name(text: &str) -> bool {
    text.len() > 1 && text.starts_with('$') && !text.ends_with(REST)
}

/// Writes out what is abbreviated in a message.
fn written_out(message: &str) -> String {
    let text = |length: usize| format!("\"{}\"", "x".repeat(length));
    let list = |length: usize| format!("[[{}]]", vec!["1"; length].join(","));
    let nested = |depth: usize| format!("{}1{}", "[[".repeat(depth), "]]".repeat(depth));
    let message = abbreviation(message, "$text", text);
    let message = abbreviation(&message, "$list", list);
    abbreviation(&message, "$nested", nested)
}

/// Replaces the first `{"$word":9}`.
fn abbreviation(message: &str, word: &str, write: impl Fn(usize) -> String) -> String {
    let begin = format!("{{\"{word}\":");
    let found = message.split_once(&begin).and_then(|(before, rest)| {
        let (number, after) = rest.split_once('}')?;
        Some(format!("{before}{}{after}", write(number.parse().ok()?)))
    });
    found.unwrap_or_else(|| message.to_owned())
}

const ANYTHING: &str = "$_";
const REST: char = '…';

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[allow(clippy::needless_pass_by_value, reason = "reads better")]
    fn fits(pattern: Value, found: Value) -> bool {
        Bindings::default().matches(&pattern, &found)
    }

    /// The fault: a player that takes anything for survival.
    #[test]
    fn what_differs_does_not_match() {
        assert!(fits(json!(["a", {"b": 1}]), json!(["a", {"b": 1}])));
        assert!(!fits(json!(["a", {"b": 1}]), json!(["a", {"b": 2}])));
        assert!(!fits(json!(["a"]), json!(["a", 1])));
        assert!(!fits(json!(["a", 1]), json!(["a"])));
        assert!(!fits(json!({"b": 1}), json!({"b": 1, "c": 1})));
        assert!(!fits(json!({"b": 1}), json!([1])));
        assert!(fits(json!(["a", "$…"]), json!(["a"])));
        assert!(fits(json!(["a", "$…"]), json!(["a", 1, 2])));
        assert!(!fits(json!(["a", "$…"]), json!(["b", 1])));
        assert!(fits(json!(["$_", 1]), json!([[2], 1])));
        assert!(fits(json!({"$contains": "b c"}), json!(["a b c"])));
        assert!(!fits(json!({"$contains": "d"}), json!(["a b c"])));
        assert!(!fits(json!({"$lacks": ["d", "b"]}), json!(["a b c"])));
        assert!(fits(json!({"$at most": 2}), json!(2)));
        assert!(!fits(json!({"$at most": 2}), json!(3)));
    }

    #[test]
    fn a_name_stands_for_what_it_found_first() {
        let mut bound = Bindings::default();
        assert!(bound.matches(&json!(["$a", "$a"]), &json!([1, 1])));
        assert!(!bound.matches(&json!("$a"), &json!(2)));
        assert!(!fits(json!(["$a", "$a"]), json!([1, 2])));
        let filled = bound.filled(&json!({"x": ["$a", "$"]}));
        assert_eq!(filled, Ok(json!({"x": [1, "$"]})));
        assert!(bound.filled(&json!("$b")).is_err());
        bound.bind("$list", json!([1, [2]]));
        let spread = bound.filled(&json!([0, "$list…"]));
        assert_eq!(spread, Ok(json!([0, 1, [2]])));
    }

    #[test]
    fn messages_are_written_out() {
        let mut bound = Bindings::default();
        bound.bind("$count", json!("1e400"));
        let sent = |message: Value| bound.message(&message).unwrap();
        assert_eq!(
            sent(json!("[\"release\",1,$count]")),
            "[\"release\",1,1e400]"
        );
        assert_eq!(sent(json!(["push", {"$text": 3}])), "[\"push\",\"xxx\"]");
        assert_eq!(sent(json!(["push", {"$list": 2}])), "[\"push\",[[1,1]]]");
        assert_eq!(
            sent(json!(["push", {"$nested": 2}])),
            "[\"push\",[[[[1]]]]]"
        );
    }
}
