//! The log that the program writes to stderr.

mod format;
mod start;
mod writer;

pub use format::{Filter, LogFormat, NotAFilter};
pub(super) use start::start;
