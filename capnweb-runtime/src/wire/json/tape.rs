//! Where the values of a text are put while it is read.
//!
//! They stand in one row, each container before what is in it, and strings are places in the text:
//! so a message is read without an allocation of its own, into a row that was there before.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::node::{Document, Members};
use super::read::{JsonError, Reader};
use crate::value::has_duplicates;

/// Values in a row; it can be used again.
#[derive(Debug, Default)]
pub(crate) struct Tape {
    nodes: Vec<Node>,
    /// The strings that are spelled with escapes in the text.
    unescaped: String,
    /// The arrays and objects whose end has not been read, innermost last.
    open: Vec<Open>,
}

/// A value, or the key of the value that follows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Node {
    Null,
    Bool(bool),
    Number(f64),
    /// A string as it stands in the text.
    Text(Range),
    /// A string with escapes, read.
    Unescaped(Range),
    /// An array; the elements follow.
    Array {
        len: usize,
        span: usize,
    },
    /// An object; the members follow, each a key and a value.
    Object {
        len: usize,
        span: usize,
    },
    /// A value in whose place another one counts, so far ahead.
    Elsewhere {
        ahead: usize,
        span: usize,
    },
    /// A member whose value counts elsewhere.
    Replaced {
        span: usize,
    },
}

impl Node {
    /// Returns how many places a value takes, with all that is in it.
    pub(super) const fn span(&self) -> usize {
        match self {
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::Unescaped(_) => 1,
            Self::Array { span, .. }
            | Self::Object { span, .. }
            | Self::Elsewhere { span, .. }
            | Self::Replaced { span } => *span,
        }
    }
}

/// A part of a text, from one place to another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Range {
    pub(super) fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

/// A container so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Open {
    pub(super) kind: Container,
    at: usize,
    len: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    Array,
    Object,
}

impl Tape {
    /// Creates one without room.
    pub(crate) const fn new() -> Self {
        Self {
            nodes: Vec::new(),
            unescaped: String::new(),
            open: Vec::new(),
        }
    }

    /// Reads a whole text of so many values, arrays and objects being values too.
    ///
    /// It may nest `max_depth` levels, but never more than 2,048: what is done with the values
    /// afterwards does use the stack.
    pub(crate) fn read<'a>(
        &'a mut self,
        text: &'a str,
        max_depth: usize,
        max_values: usize,
    ) -> Result<Document<'a>, JsonError> {
        self.nodes.clear();
        self.unescaped.clear();
        self.open.clear();
        Reader::new(text, self, max_depth.min(DEPTH_CEILING)).read(max_values)?;
        Ok(self.document(text))
    }

    /// Returns whether it is small enough to be kept for the next text.
    pub(crate) fn is_small(&self) -> bool {
        self.nodes.capacity() <= KEPT_NODES && self.unescaped.capacity() <= KEPT_BYTES
    }

    pub(super) fn push(&mut self, node: Node) {
        self.nodes.push(node);
    }

    pub(super) fn unescaped(&mut self) -> &mut String {
        &mut self.unescaped
    }

    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Begins a container.
    pub(super) fn open(&mut self, kind: Container) {
        let at = self.nodes.len();
        self.nodes.push(kind.node(0, 1));
        self.open.push(Open { kind, at, len: 0 });
    }

    /// Counts a value that is complete for the innermost container; returns that.
    pub(super) fn count(&mut self) -> Option<Container> {
        let innermost = self.open.last_mut()?;
        innermost.len = innermost.len.saturating_add(1);
        Some(innermost.kind)
    }

    /// Ends the innermost container.
    pub(super) fn close(&mut self, text: &str) {
        let Some(Open { kind, at, len }) = self.open.pop() else {
            return;
        };
        let len = match kind {
            Container::Object if len > 1 => self.merge_repeated(text, at, len),
            _ => len,
        };
        let span = self.nodes.len().saturating_sub(at);
        if let Some(place) = self.nodes.get_mut(at) {
            *place = kind.node(len, span);
        }
    }

    /// Makes each key of an object count once: the last value, at the place of the first (protocol
    /// F-5). Nothing is moved: an object may be in many others that all repeat its key. Returns the
    /// number of members that count.
    fn merge_repeated(&mut self, text: &str, object: usize, len: usize) -> usize {
        let document = self.document(text);
        let members = Members::raw(&document, object, len);
        if !has_duplicates(members.places().map(|(key, _)| key), len) {
            return len;
        }
        let (changes, len) = repeated(&document, &members);
        for (at, node) in changes {
            if let Some(place) = self.nodes.get_mut(at) {
                *place = node;
            }
        }
        len
    }

    fn document<'a>(&'a self, text: &'a str) -> Document<'a> {
        Document {
            text,
            unescaped: &self.unescaped,
            nodes: &self.nodes,
        }
    }
}

impl Container {
    const fn node(self, len: usize, span: usize) -> Node {
        match self {
            Self::Array => Node::Array { len, span },
            Self::Object => Node::Object { len, span },
        }
    }
}

/// Returns what has to change for each key to count once, and how many keys there are.
fn repeated(document: &Document<'_>, members: &Members<'_>) -> (Vec<(usize, Node)>, usize) {
    let mut firsts = HashMap::with_capacity(members.len());
    let mut changes = Vec::new();
    for (key, at) in members.places() {
        let value = at.saturating_add(1);
        let span = document.after(at.saturating_add(1)).saturating_sub(at);
        match firsts.entry(key) {
            Entry::Vacant(place) => {
                place.insert(value);
            }
            Entry::Occupied(first) => {
                let first = *first.get();
                let elsewhere = Node::Elsewhere {
                    ahead: value.saturating_sub(first),
                    span: document.after(first).saturating_sub(first),
                };
                changes.extend([(first, elsewhere), (at, Node::Replaced { span })]);
            }
        }
    }
    (changes, firsts.len())
}

const DEPTH_CEILING: usize = 2048;

/// What a thread keeps between two messages, at most: some tens of kilobytes.
const KEPT_NODES: usize = 1024;
const KEPT_BYTES: usize = 16 * 1024;
