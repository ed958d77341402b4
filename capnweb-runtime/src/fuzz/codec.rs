//! The codec by itself, for those who measure it.

use crate::limits::Limits;
use crate::wire::{self, DecodeError, Message};

/// A message that was read.
#[derive(Debug)]
pub struct Parsed(Message);

/// Reads a message.
///
/// # Errors
///
/// When a session would end by it.
pub fn parse(text: &str, limits: &Limits) -> Result<Parsed, DecodeError> {
    wire::decode(text, limits).map(Parsed)
}

impl Parsed {
    /// Writes it again; none if that has none of the expressions that are worth measuring.
    pub fn write(&self) -> Option<String> {
        match &self.0 {
            Message::Push(expr) => wire::encode_push(expr).ok(),
            Message::Stream(expr) => wire::encode_stream(expr).ok(),
            Message::Resolve(id, expr) => wire::encode_resolve(*id, expr).ok(),
            _ => None,
        }
    }
}
