//! From text to messages.

use super::value::decode_expr;
use crate::ids::WireId;
use crate::limits::Limits;
use crate::value::Tree;
use crate::wire::error::DecodeError;
use crate::wire::json::Json;
use crate::wire::message::Message;

/// Reads one message (protocol F-3).
///
/// Ids may be any number: what they can mean is for the session to say.
pub(crate) fn decode(text: &str, limits: &Limits) -> Result<Message, DecodeError> {
    check_size(text, limits.max_message_size)?;
    let mut json = Json::parse_within(text, limits.max_json_depth, limits.max_values)?;
    let message = match &mut json {
        Json::Array(elements) => message(elements, limits)?,
        _ => None,
    };
    message.ok_or_else(|| DecodeError::bad_message(&json))
}

/// Bytes are at least as many as UTF-16 code units, so that only a suspect text is counted (L-3).
fn check_size(text: &str, max: usize) -> Result<(), DecodeError> {
    if text.len() > max && text.encode_utf16().count() > max {
        return Err(DecodeError::MessageTooLarge { max });
    }
    Ok(())
}

/// Reads a message out of its array, which is untouched if it is none.
fn message(elements: &mut [Json], limits: &Limits) -> Result<Option<Message>, DecodeError> {
    let [Json::String(tag), operands @ ..] = elements else {
        return Ok(None);
    };
    let expr = |json: &mut Json| decode_expr(std::mem::take(json), limits);
    Ok(Some(match (tag.as_str(), operands) {
        ("push", [value, ..]) => Message::Push(expr(value)?),
        ("stream", [value, ..]) => Message::Stream(expr(value)?),
        ("pipe", _) => Message::Pipe,
        ("pull", [Json::Number(id), ..]) => Message::Pull(WireId(*id)),
        ("resolve", [Json::Number(id), value, ..]) => Message::Resolve(WireId(*id), expr(value)?),
        ("reject", [Json::Number(id), error, ..]) => {
            Message::Reject(WireId(*id), std::mem::take(error))
        }
        ("release", [Json::Number(id), Json::Number(count), ..]) => {
            Message::Release(WireId(*id), *count)
        }
        ("abort", [reason, ..]) => Message::Abort(expr(reason)?),
        ("abort", []) => Message::Abort(Tree::Undefined),
        _ => return Ok(None),
    }))
}
