//! A JSON text that has been read, and the values in it.

use super::tape::Node;

/// A JSON text that has been read: its values in a row, and where their texts are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Document<'a> {
    pub(super) text: &'a str,
    pub(super) unescaped: &'a str,
    pub(super) nodes: &'a [Node],
}

/// A JSON value; an object has its members in the order they were written (protocol F-9).
#[derive(Debug, Clone)]
pub(crate) enum Json<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, read as a double whatever its spelling (protocol F-7).
    Number(f64),
    /// A string; unpaired surrogates were read as U+FFFD (protocol F-8).
    String(&'a str),
    /// An array.
    Array(Elements<'a>),
    /// An object, each key once (protocol F-5).
    Object(Members<'a>),
}

impl Json<'_> {
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

impl Document<'_> {
    /// Returns the value that the text is.
    pub(crate) fn root(&self) -> Json<'_> {
        self.value(0)
    }

    fn value(&self, at: usize) -> Json<'_> {
        let inside = at.saturating_add(1);
        match self.nodes.get(at) {
            Some(Node::Bool(bool)) => Json::Bool(*bool),
            Some(Node::Number(number)) => Json::Number(*number),
            Some(Node::Text(text)) => Json::String(text.of(self.text)),
            Some(Node::Unescaped(text)) => Json::String(text.of(self.unescaped)),
            Some(Node::Array { len, .. }) => Json::Array(Elements {
                document: self,
                at: inside,
                left: *len,
            }),
            Some(Node::Object { len, .. }) => Json::Object(Members {
                document: self,
                at: inside,
                left: *len,
            }),
            Some(Node::Elsewhere { ahead, .. }) => self.value(at.saturating_add(*ahead)),
            Some(Node::Null | Node::Replaced { .. }) | None => Json::Null,
        }
    }

    fn key(&self, at: usize) -> &str {
        match self.value(at) {
            Json::String(key) => key,
            _ => "",
        }
    }

    /// Returns the place after a value.
    pub(super) fn after(&self, at: usize) -> usize {
        at.saturating_add(self.nodes.get(at).map_or(1, Node::span))
    }
}

/// The elements of an array, or those that have not been visited.
#[derive(Debug, Clone)]
pub(crate) struct Elements<'a> {
    document: &'a Document<'a>,
    at: usize,
    left: usize,
}

impl<'a> Iterator for Elements<'a> {
    type Item = Json<'a>;

    fn next(&mut self) -> Option<Json<'a>> {
        self.left = self.left.checked_sub(1)?;
        let value = self.document.value(self.at);
        self.at = self.document.after(self.at);
        Some(value)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Elements<'_> {}

/// The members of an object, or those that have not been visited.
#[derive(Debug, Clone)]
pub(crate) struct Members<'a> {
    document: &'a Document<'a>,
    at: usize,
    left: usize,
}

impl<'a> Members<'a> {
    /// Returns the members of an object that is being read, the repeated ones among them.
    pub(super) const fn raw(document: &'a Document<'a>, object: usize, len: usize) -> Self {
        Self {
            document,
            at: object.saturating_add(1),
            left: len,
        }
    }

    /// Returns the object without members.
    pub(crate) const fn none() -> Self {
        Self {
            document: &NOTHING,
            at: 0,
            left: 0,
        }
    }

    /// Returns the member called `key`.
    pub(crate) fn member(&self, key: &str) -> Option<Json<'a>> {
        let mut members = self.clone();
        members.find_map(|(name, value)| (name == key).then_some(value))
    }

    /// Visits the keys, and where each stands.
    pub(super) fn places(&self) -> impl Iterator<Item = (&'a str, usize)> + Clone + use<'a> {
        let mut members = self.clone();
        std::iter::from_fn(move || members.next_place())
    }

    /// Steps over the next member; returns its key and the place of that.
    fn next_place(&mut self) -> Option<(&'a str, usize)> {
        self.left = self.left.checked_sub(1)?;
        while let Some(Node::Replaced { span }) = self.document.nodes.get(self.at) {
            self.at = self.at.saturating_add(*span);
        }
        let at = self.at;
        self.at = self.document.after(at.saturating_add(1));
        Some((self.document.key(at), at))
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, Json<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let (key, at) = self.next_place()?;
        Some((key, self.document.value(at.saturating_add(1))))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Members<'_> {}

static NOTHING: Document<'static> = Document {
    text: "",
    unescaped: "",
    nodes: &[],
};
