//! The capability expressions: how a message names what its sender or receiver holds.

use crate::ids::WireId;
use crate::value::{Path, Tree};

/// An expression as it stands in a message.
pub(crate) type Expr = Tree<WireRef>;

/// A capability leaf of an [`Expr`] (protocol W-40…W-44).
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum WireRef {
    /// `["export", id]`: the sender introduces an object of its own.
    Export(WireId),
    /// `["promise", id]`: the sender introduces a promise and will settle it unasked.
    Promise(WireId),
    /// `["import", id, path?, args?]`: something the receiver holds, delivered as a stub.
    Import(Target),
    /// `["pipeline", id, path?, args?]`: the same, awaited before it is delivered.
    Pipeline(Target),
}

/// An entry of the receiver's export table, and what is done with it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Target {
    /// The receiver's export id.
    pub(crate) id: WireId,
    /// Absent: the entry itself. Present without `args`: a property read.
    pub(crate) path: Option<Path>,
    /// Present: a call.
    pub(crate) args: Option<Vec<Expr>>,
}
