//! How one session behaves.

use std::time::Duration;

use crate::limits::Limits;

/// How the sessions of one endpoint behave: what a peer may make each spend, and the policies that
/// hold in it.
///
/// Made from [`Limits`] where nothing else is to be said: `SessionConfig::from(limits)`.
#[derive(Debug, Clone, Default)]
pub struct SessionConfig {
    pub(crate) limits: Limits,
    pub(crate) keep_alive: KeepAlive,
}

/// How a connection finds out that there is nobody at its other end any more.
///
/// When nothing was heard of a peer for `interval`, it is sent a WebSocket ping; when nothing is
/// heard for `timeout` after that, the session ends with
/// [`Disconnect::Unresponsive`](crate::Disconnect::Unresponsive). Every byte counts as heard, so that
/// a slow peer is not taken for a dead one. Sessions within a process need none of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeepAlive {
    /// How long a peer may be silent before it is asked; none to never ask. Default 30 seconds.
    pub interval: Option<Duration>,
    /// How long it may take to answer. Default 20 seconds.
    pub timeout: Duration,
}

impl KeepAlive {
    /// Asks a silent peer after `interval`, and gives it up after `timeout` more.
    pub const fn every(interval: Duration, timeout: Duration) -> Self {
        Self {
            interval: Some(interval),
            timeout,
        }
    }

    /// Never asks: a connection that breaks without a word is noticed when something is sent.
    pub const fn off() -> Self {
        Self {
            interval: None,
            timeout: Duration::from_secs(20),
        }
    }
}

impl Default for KeepAlive {
    fn default() -> Self {
        Self::every(Duration::from_secs(30), Duration::from_secs(20))
    }
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

    /// Sets how a dead peer is found.
    #[must_use]
    pub const fn keep_alive(mut self, keep_alive: KeepAlive) -> Self {
        self.keep_alive = keep_alive;
        self
    }
}

impl From<Limits> for SessionConfig {
    fn from(limits: Limits) -> Self {
        Self::new().limits(limits)
    }
}
