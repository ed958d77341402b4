//! The expressions in actions: JavaScript's literals, names, calls of methods, and a few makers.

use std::iter::Peekable;
use std::str::Chars;

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    /// `null`, `true`, a number or a string, as JSON.
    Literal(serde_json::Value),
    Undefined,
    Array(Vec<Self>),
    Object(Vec<(String, Self)>),
    /// `name.member.member`.
    Place(Vec<String>),
    /// `name.member(argument)`.
    Call(Vec<String>, Vec<Self>),
    /// `name => expression`, which only `map` takes.
    Arrow(String, Box<Self>),
}

impl Expression {
    /// Reads all of a text.
    pub(super) fn parse(text: &str) -> Self {
        let mut reader = Reader {
            text,
            rest: text.chars().peekable(),
        };
        let expression = reader.expression();
        reader.space();
        assert!(reader.rest.peek().is_none(), "what follows in {text}?");
        expression
    }
}

struct Reader<'a> {
    text: &'a str,
    rest: Peekable<Chars<'a>>,
}

impl Reader<'_> {
    fn expression(&mut self) -> Expression {
        self.space();
        match self.rest.peek() {
            Some('[') => Expression::Array(self.list('[', ']', Self::expression)),
            Some('{') => Expression::Object(self.list('{', '}', Self::member)),
            Some('"' | '-' | '0'..='9') => Expression::Literal(self.literal()),
            _ => self.named(),
        }
    }

    fn named(&mut self) -> Expression {
        let mut path = vec![self.name()];
        while self.take('.') {
            path.push(self.name());
        }
        if self.rest.peek() == Some(&'(') {
            return Expression::Call(path, self.list('(', ')', Self::expression));
        }
        if path.len() == 1 && self.rest.clone().take(4).eq(" => ".chars()) {
            self.rest.nth(3);
            return Expression::Arrow(path.remove(0), Box::new(self.expression()));
        }
        match path[0].as_str() {
            "undefined" => Expression::Undefined,
            "null" => Expression::Literal(serde_json::Value::Null),
            "true" => Expression::Literal(true.into()),
            "false" => Expression::Literal(false.into()),
            _ => Expression::Place(path),
        }
    }

    fn member(&mut self) -> (String, Expression) {
        self.space();
        let key = if self.rest.peek() == Some(&'"') {
            self.literal()
                .as_str()
                .expect("a key is a string")
                .to_owned()
        } else {
            self.name()
        };
        self.space();
        assert!(self.take(':'), "a colon is missing in {}", self.text);
        (key, self.expression())
    }

    fn list<T>(&mut self, open: char, close: char, mut item: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let mut items = Vec::new();
        assert!(self.take(open));
        self.space();
        while !self.take(close) {
            items.push(item(self));
            self.space();
            assert!(
                self.take(',') || self.rest.peek() == Some(&close),
                "no end of a list in {}",
                self.text
            );
            self.space();
        }
        items
    }

    fn literal(&mut self) -> serde_json::Value {
        let mut token = String::new();
        let is_string = self.rest.peek() == Some(&'"');
        let mut escaped = false;
        while let Some(next) = self.rest.peek().copied() {
            let ends_string = is_string && next == '"' && !escaped && !token.is_empty();
            if !is_string && !next.is_ascii_alphanumeric() && !"+-.".contains(next) {
                break;
            }
            escaped = next == '\\' && !escaped;
            token.extend(self.rest.next());
            if ends_string {
                break;
            }
        }
        serde_json::from_str(&token).unwrap_or_else(|error| panic!("{error}: {token}"))
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        while let Some(next) = self
            .rest
            .next_if(|next| next.is_alphanumeric() || *next == '_')
        {
            name.push(next);
        }
        assert!(!name.is_empty(), "a name is missing in {}", self.text);
        name
    }

    fn take(&mut self, expected: char) -> bool {
        self.rest.next_if_eq(&expected).is_some()
    }

    fn space(&mut self) {
        while self.take(' ') {}
    }
}
