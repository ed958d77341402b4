//! From text to messages.

use std::cell::Cell;

use super::control::{MOST_VALUES, control};
use super::plain::plain;
use super::value::{Decoder, Depth};
use crate::ids::WireId;
use crate::limits::Limits;
use crate::value::Tree;
use crate::wire::error::DecodeError;
use crate::wire::json::{Elements, Json, Tape};
use crate::wire::message::Message;
use crate::wire::reference::Expr;

/// Reads one message (protocol F-3).
///
/// Ids may be any number: what they can mean is for the session to say.
pub(crate) fn decode(text: &str, limits: &Limits) -> Result<Message, DecodeError> {
    check_size(text, limits.max_message_size)?;
    if limits.max_values >= MOST_VALUES
        && limits.max_json_depth > 0
        && let Some(message) = control(text)
    {
        return Ok(message);
    }
    if let Some(message) = plain(text, limits) {
        return Ok(message);
    }
    on_tape(|tape| {
        let document = tape.read(text, limits.max_json_depth, limits.max_values)?;
        let message = match document.root() {
            Json::Array(elements) => message(elements, limits)?,
            _ => None,
        };
        message.ok_or_else(|| DecodeError::bad_message(document.root()))
    })
}

/// Reads the expression that a text is.
#[cfg(test)]
pub(crate) fn decode_expr(text: &str, limits: &Limits) -> Result<Expr, DecodeError> {
    on_tape(|tape| {
        let document = tape.read(text, limits.max_json_depth, limits.max_values)?;
        expr(document.root(), limits)
    })
}

/// Lends the thread's tape: one for each session would be most of what an idle one takes.
fn on_tape<T>(read: impl FnOnce(&mut Tape) -> T) -> T {
    let mut tape = TAPE.try_with(Cell::take).unwrap_or_default();
    let result = read(&mut tape);
    if tape.is_small() {
        // A thread that is ending keeps none.
        let _ended = TAPE.try_with(|place| place.set(tape)).is_err();
    }
    result
}

/// Bytes are at least as many as UTF-16 code units, so that only a suspect text is counted (L-3).
fn check_size(text: &str, max: usize) -> Result<(), DecodeError> {
    if text.len() > max && text.encode_utf16().count() > max {
        return Err(DecodeError::MessageTooLarge { max });
    }
    Ok(())
}

/// Reads a message out of its array; `None` if it is none.
fn message(mut elements: Elements<'_>, limits: &Limits) -> Result<Option<Message>, DecodeError> {
    let Some(Json::String(tag)) = elements.next() else {
        return Ok(None);
    };
    Ok(Some(match (tag, elements.next(), elements.next()) {
        ("push", Some(value), _) => Message::Push(expr(value, limits)?),
        ("stream", Some(value), _) => Message::Stream(expr(value, limits)?),
        ("pipe", ..) => Message::Pipe,
        ("pull", Some(Json::Number(id)), _) => Message::Pull(WireId(id)),
        ("resolve", Some(Json::Number(id)), Some(value)) => {
            Message::Resolve(WireId(id), expr(value, limits)?)
        }
        ("reject", Some(Json::Number(id)), Some(error)) => {
            Message::Reject(WireId(id), expr(error, limits))
        }
        ("release", Some(Json::Number(id)), Some(Json::Number(count))) => {
            Message::Release(WireId(id), count)
        }
        ("abort", Some(reason), _) => Message::Abort(expr(reason, limits)?),
        ("abort", None, _) => Message::Abort(Tree::Undefined),
        _ => return Ok(None),
    }))
}

/// Reads the expression that a message carries.
///
/// Object members that receivers must drop (W-19) are still in the result, because what they hold
/// has to be evaluated all the same; it is the evaluation that drops them.
fn expr(json: Json<'_>, limits: &Limits) -> Result<Expr, DecodeError> {
    Decoder { limits }.value(json, Depth::default())
}

thread_local! {
    static TAPE: Cell<Tape> = const { Cell::new(Tape::new()) };
}
