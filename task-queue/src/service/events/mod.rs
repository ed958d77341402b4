//! What happens to a task, as a stream to whoever watches it.

mod reader;
mod watchers;

#[cfg(test)]
mod tests;

pub(super) use reader::events;
pub(super) use watchers::Watchers;
