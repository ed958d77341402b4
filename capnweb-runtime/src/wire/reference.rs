//! The capability expressions: how a message names what its sender or receiver holds.

use super::error::DecodeError;
use crate::ids::WireId;
use crate::value::{Path, Tree};

/// An expression as it stands in a message.
pub(crate) type Expr = Tree<WireRef>;

/// A capability leaf of an [`Expr`] (protocol W-37…W-46).
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
    /// `["readable", id]`: the end to read of a pipe that the sender has made.
    Readable(WireId),
    /// `["writable", id]`: the sender introduces a stream to write to.
    Writable(WireId),
    /// `["remap", id, path, captures, instructions]`: a mapper applied to what the receiver holds.
    Remap(Box<Remap>),
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

/// A mapper, and what it is applied to (protocol M-1).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Remap {
    /// The receiver's export id.
    pub(crate) id: WireId,
    /// Where in that export the input is.
    pub(crate) path: Path,
    /// What the instructions can refer to beside the input.
    pub(crate) captures: Vec<Capture>,
    /// What to do with each input. One that cannot be read only fails the result (M-23).
    pub(crate) instructions: Vec<Result<Expr, DecodeError>>,
}

/// What a mapper has taken in from around it (protocol M-2).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Capture {
    /// `["import", id]`: something the receiver holds.
    Import(WireId),
    /// `["export", id]`: the sender introduces an object of its own.
    Export(WireId),
}
