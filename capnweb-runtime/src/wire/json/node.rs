//! A JSON text as a tree.

/// A JSON value; an object keeps its members in the order they were written (protocol F-9).
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Json {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, read as a double whatever its spelling (protocol F-7).
    Number(f64),
    /// A string; unpaired surrogates were read as U+FFFD (protocol F-8).
    String(String),
    /// An array.
    Array(Vec<Self>),
    /// An object, each key once (protocol F-5).
    Object(Vec<(String, Self)>),
}

impl Json {
    /// Returns what JavaScript's `typeof` says of this value.
    pub(crate) const fn type_of(&self) -> &'static str {
        match self {
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Null | Self::Array(_) | Self::Object(_) => "object",
        }
    }
}
