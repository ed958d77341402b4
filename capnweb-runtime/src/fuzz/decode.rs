//! Bytes to a message, to text, and back: the message is the same.

use super::same::{is_incomparable, same};
use crate::ids::WireId;
use crate::limits::Limits;
use crate::wire::{self, EncodeError, Expr, Message};

/// Reads bytes as a message: what can be read can be written, and is read again as the same.
///
/// # Panics
///
/// When it is not.
pub fn decode(bytes: &[u8]) {
    let Some(message) = std::str::from_utf8(bytes).ok().and_then(read) else {
        return;
    };
    // What is read the second time is what every later time gives, to the letter.
    let Some(first) = round(&message) else { return };
    let Some(second) = round(&first) else {
        panic!("it can be written once: {first:?}");
    };
    assert_eq!(
        write(&first).ok(),
        write(&second).ok(),
        "{message:?} does not come to rest"
    );
}

/// A message whose expressions have all been read, also those that a session may ignore.
#[derive(Debug)]
enum Read {
    Reject(WireId, Expr),
    Release(WireId, u32),
    Other(Message),
}

/// Writes and reads a message, and compares; none if it cannot be written for a good reason.
fn round(message: &Read) -> Option<Read> {
    let text = match write(message) {
        Ok(text) => text,
        // A short hexadecimal number can be a long decimal one. What is wrong with an instruction
        // is found where it runs.
        Err(EncodeError::BigIntTooLong { .. } | EncodeError::Instruction) => return None,
        Err(error) => panic!("what was read cannot be written: {error}: {message:?}"),
    };
    assert!(!text.contains('\n'), "a message is one line (F-5): {text}");
    let again = read(&text).unwrap_or_else(|| panic!("what was written cannot be read: {text}"));
    assert!(
        is_same(message, &again),
        "{message:?}\nis written as\n{text}\nand read as\n{again:?}"
    );
    Some(again)
}

/// Reads a message; none if a session would end by it, or never sends one like it.
fn read(text: &str) -> Option<Read> {
    let limits = Limits::default();
    let message = match wire::decode(text, &limits).ok()? {
        Message::Reject(id, expr) => Read::Reject(id, expr.ok()?),
        Message::Release(id, count) => Read::Release(id, whole(count)?),
        message => Read::Other(message),
    };
    let expr = match &message {
        Read::Reject(_, error) => Some(error),
        Read::Other(message) => expr(message),
        Read::Release(..) => None,
    };
    let endless = !id(&message).0.is_finite() || expr.is_some_and(is_incomparable);
    (!endless).then_some(message)
}

fn write(message: &Read) -> Result<String, EncodeError> {
    match message {
        Read::Reject(id, error) => wire::encode_reject(*id, error),
        Read::Release(id, count) => Ok(wire::encode_release(*id, *count)),
        Read::Other(message) => match message {
            Message::Push(expr) => wire::encode_push(expr),
            Message::Stream(expr) => wire::encode_stream(expr),
            Message::Pipe => Ok(wire::encode_pipe()),
            Message::Pull(id) => Ok(wire::encode_pull(*id)),
            Message::Resolve(id, expr) => wire::encode_resolve(*id, expr),
            Message::Abort(expr) => wire::encode_abort(expr),
            Message::Reject(..) | Message::Release(..) => {
                panic!("it is read as another: {message:?}")
            }
        },
    }
}

fn is_same(one: &Read, other: &Read) -> bool {
    let exprs = match (one, other) {
        (Read::Reject(_, one), Read::Reject(_, other)) => Some((one, other)),
        (Read::Other(one), Read::Other(other)) => expr(one).zip(expr(other)),
        _ => None,
    };
    let alike = std::mem::discriminant(one) == std::mem::discriminant(other)
        && tag(one) == tag(other)
        && id(one) == id(other);
    alike && exprs.is_none_or(|(one, other)| same(one, other))
}

/// Returns what kind of message it is, and what is in it beside its id and expression.
fn tag(message: &Read) -> (Option<std::mem::Discriminant<Message>>, u32) {
    match message {
        Read::Reject(..) => (None, 0),
        Read::Release(_, count) => (None, *count),
        Read::Other(message) => (Some(std::mem::discriminant(message)), 0),
    }
}

fn id(message: &Read) -> WireId {
    match message {
        Read::Reject(id, _)
        | Read::Release(id, _)
        | Read::Other(Message::Pull(id) | Message::Resolve(id, _)) => *id,
        Read::Other(_) => WireId(0.0),
    }
}

const fn expr(message: &Message) -> Option<&Expr> {
    match message {
        Message::Push(expr)
        | Message::Stream(expr)
        | Message::Resolve(_, expr)
        | Message::Abort(expr) => Some(expr),
        _ => None,
    }
}

fn whole(count: f64) -> Option<u32> {
    WireId(count)
        .table_id()
        .and_then(|count| u32::try_from(count).ok())
}
