//! JSON text.

/// A JSON text as a tree.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json {}
