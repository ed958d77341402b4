//! What must hold for a write to happen.

use crate::resources::FencingToken;
use crate::resources::storage::object::Version;

/// Under which conditions a write happens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Conditions {
    /// What must be there before.
    pub expected: Expected,
    /// The token of the lock that the writer holds; one older than another that was shown for the
    /// same key is refused.
    pub token: Option<FencingToken>,
}

/// What must be under a key before it is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Expected {
    /// Whatever there is.
    #[default]
    Anything,
    /// Nothing.
    Nothing,
    /// The object of that version.
    Version(Version),
}
