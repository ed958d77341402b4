//! How one session behaves.

use crate::limits::Limits;

/// How the sessions of one endpoint behave: what a peer may make each spend, and the policies that
/// hold in it.
///
/// Made from [`Limits`] where nothing else is to be said: `SessionConfig::from(limits)`.
#[derive(Debug, Clone, Default)]
pub struct SessionConfig {
    pub(crate) limits: Limits,
}

impl SessionConfig {
    /// Creates the configuration that every session has unless it is given another.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets what the peer may make this side spend.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

impl From<Limits> for SessionConfig {
    fn from(limits: Limits) -> Self {
        Self::new().limits(limits)
    }
}
