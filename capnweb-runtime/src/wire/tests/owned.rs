//! JSON values that a test can write down.

use crate::wire::json::{self, JsonError, Tape};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Number(f64),
    String(String),
    Array(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl Json {
    pub(super) fn parse(text: &str, max_depth: usize) -> Result<Self, JsonError> {
        let mut tape = Tape::default();
        let document = tape.read(text, max_depth, usize::MAX)?;
        Ok(document.root().into())
    }
}

impl From<json::Json<'_>> for Json {
    fn from(json: json::Json<'_>) -> Self {
        match json {
            json::Json::Null => Self::Null,
            json::Json::Bool(bool) => Self::Bool(bool),
            json::Json::Number(number) => Self::Number(number),
            json::Json::String(string) => Self::String(string.to_owned()),
            json::Json::Array(elements) => Self::Array(elements.map(Self::from).collect()),
            json::Json::Object(members) => {
                let members = members.map(|(key, value)| (key.to_owned(), value.into()));
                Self::Object(members.collect())
            }
        }
    }
}
