//! From messages to text.
//!
//! Nothing is sent of a message that fails to encode. Only [`Expr`]s can fail, and only the values
//! in them that a peer would refuse.

use super::writer::Writer;
use crate::ids::WireId;
use crate::wire::error::EncodeError;
use crate::wire::reference::Expr;

/// Writes `["push", expr]`: evaluate this.
pub(crate) fn encode_push(expr: &Expr) -> Result<String, EncodeError> {
    let mut writer = Writer::new("push");
    writer.operand(expr)?;
    Ok(writer.finish())
}

/// Writes `["stream", expr]`: evaluate this and send its result unasked.
pub(crate) fn encode_stream(expr: &Expr) -> Result<String, EncodeError> {
    let mut writer = Writer::new("stream");
    writer.operand(expr)?;
    Ok(writer.finish())
}

/// Writes `["pipe"]`: make a stream to write to, which can be read at your side.
pub(crate) fn encode_pipe() -> String {
    Writer::new("pipe").finish()
}

/// Writes `["pull", id]`: send the value of this import of ours.
pub(crate) fn encode_pull(id: WireId) -> String {
    let mut writer = Writer::of_numbers("pull");
    writer.number(id.0);
    writer.finish()
}

/// Writes `["resolve", id, expr]`: the value of this export of ours.
pub(crate) fn encode_resolve(id: WireId, value: &Expr) -> Result<String, EncodeError> {
    let mut writer = Writer::new("resolve");
    writer.number(id.0);
    writer.operand(value)?;
    Ok(writer.finish())
}

/// Writes `["reject", id, expr]`: the failure of this export of ours.
pub(crate) fn encode_reject(id: WireId, error: &Expr) -> Result<String, EncodeError> {
    let mut writer = Writer::new("reject");
    writer.number(id.0);
    writer.operand(error)?;
    Ok(writer.finish())
}

/// Writes `["release", id, count]`: we let go of that many introductions of this import.
pub(crate) fn encode_release(id: WireId, count: u32) -> String {
    let mut writer = Writer::of_numbers("release");
    writer.number(id.0);
    writer.number(f64::from(count));
    writer.finish()
}

/// Writes `["abort", expr]`: the session is over.
pub(crate) fn encode_abort(reason: &Expr) -> Result<String, EncodeError> {
    let mut writer = Writer::new("abort");
    writer.operand(reason)?;
    Ok(writer.finish())
}
