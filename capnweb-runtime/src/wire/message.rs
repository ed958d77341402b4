//! The top-level messages.

use super::error::DecodeError;
use super::reference::Expr;
use crate::ids::WireId;

/// One message of the protocol (F-3).
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Message {
    /// `["push", expr]`: evaluate; the result is the sender's next positive import.
    Push(Expr),
    /// `["stream", expr]`: evaluate, and send the result unasked; it is released by itself.
    Stream(Expr),
    /// `["pipe"]`: make a stream that the sender writes to under its next positive import.
    Pipe,
    /// `["pull", id]`: the sender wants the value of its import.
    Pull(WireId),
    /// `["resolve", id, expr]`: the value of the sender's export.
    Resolve(WireId, Expr),
    /// `["reject", id, expr]`: the failure of the sender's export. What is wrong with it is not yet
    /// the end, because one for an unknown id must be ignored whatever it holds (S-33).
    Reject(WireId, Result<Expr, DecodeError>),
    /// `["release", id, count]`: the sender lets go of that many introductions of its import.
    Release(WireId, f64),
    /// `["abort", expr]`: the session is over.
    Abort(Expr),
}
