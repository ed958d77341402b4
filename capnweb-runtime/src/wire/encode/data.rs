//! From data to text, without an expression in between.

use super::writer::{MAX_ENCODE_DEPTH, Writer};
use crate::ids::WireId;
use crate::value::Tree;

/// Writes `["resolve", id, value]`, if the value is nothing but data and can be sent. `None` does not
/// say which of both it is not.
pub(crate) fn encode_data<C>(id: WireId, value: &Tree<C>) -> Option<String> {
    let mut writer = Writer::new("resolve");
    writer.number(id.0);
    writer.out.push(',');
    writer.data(value, 0).ok()?;
    Some(writer.finish())
}

/// A value is no data, or cannot be sent.
struct NotWritten;

impl Writer {
    fn data<C>(&mut self, tree: &Tree<C>, depth: usize) -> Result<(), NotWritten> {
        if depth >= MAX_ENCODE_DEPTH {
            return Err(NotWritten);
        }
        let below = depth.saturating_add(1);
        match tree {
            Tree::Array(items) => self.array(items, |writer, item| writer.data(item, below)),
            Tree::Object(members) => {
                self.object(members, |writer, member| writer.data(member, below))
            }
            other => match self.leaf(other) {
                Some(Ok(())) => Ok(()),
                Some(Err(_)) | None => Err(NotWritten),
            },
        }
    }
}
