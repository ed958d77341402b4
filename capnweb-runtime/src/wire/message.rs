//! The top-level messages.

use super::json::Json;
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
    /// `["reject", id, expr]`: the failure of the sender's export. Left unread, because one for an
    /// unknown id must be ignored whatever it holds (S-33).
    Reject(WireId, Json),
    /// `["release", id, count]`: the sender lets go of that many introductions of its import.
    Release(WireId, f64),
    /// `["abort", expr]`: the session is over.
    Abort(Expr),
}
