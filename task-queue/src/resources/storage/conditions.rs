//! What must hold for a write to happen.

use crate::resources::FencingToken;
use crate::resources::storage::error::StorageError;
use crate::resources::storage::object::Version;

/// Under which conditions a write happens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditions {
    /// What must be there before.
    pub expected: Expected,
    /// The token of the lock that the writer holds; one older than another that was shown for the
    /// same key is refused.
    pub token: Option<FencingToken>,
}

/// What must be under a key before it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Expected {
    /// Whatever there is.
    #[default]
    Anything,
    /// Nothing.
    Nothing,
    /// The object of that version.
    Version(Version),
}

impl Conditions {
    /// Conditions on the object, by somebody who holds no lock.
    pub const fn expecting(expected: Expected) -> Self {
        let token = None;
        Self { expected, token }
    }

    /// Checks them against what is under the key: the object's version and the greatest token that
    /// was shown.
    pub(super) fn check(
        &self,
        key: &str,
        found: Option<&Version>,
        newest: Option<FencingToken>,
    ) -> Result<(), StorageError> {
        if let (Some(given), Some(newest)) = (self.token, newest)
            && given < newest
        {
            return Err(StorageError::StaleToken {
                key: key.to_owned(),
                given,
                newest,
            });
        }
        let fits = match &self.expected {
            Expected::Anything => true,
            Expected::Nothing => found.is_none(),
            Expected::Version(version) => found == Some(version),
        };
        if fits {
            return Ok(());
        }
        Err(StorageError::Changed {
            key: key.to_owned(),
            found: found.cloned(),
        })
    }
}
