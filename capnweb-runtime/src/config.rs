//! How one session behaves.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::counters::Counters;
use crate::error::redact::{self, OutgoingError};
use crate::hook::{Screen, Stub};
use crate::limits::Limits;
use crate::value::ErrorValue;

/// How the sessions of one endpoint behave: what a peer may make each spend, and the policies that
/// hold in it.
///
/// Made from [`Limits`] where nothing else is to be said: `SessionConfig::from(limits)`.
#[derive(Clone)]
pub struct SessionConfig {
    pub(crate) limits: Limits,
    pub(crate) call_timeout: Option<Duration>,
    pub(crate) counters: Counters,
    on_send_error: Arc<dyn Fn(&ErrorValue<Stub>) -> OutgoingError + Send + Sync>,
}

impl SessionConfig {
    /// Creates the configuration that every session has unless it is given another.
    pub fn new() -> Self {
        Self {
            limits: Limits::default(),
            call_timeout: None,
            counters: Counters::default(),
            on_send_error: Arc::new(redact::internal),
        }
    }

    /// Sets what the peer may make this side spend.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets how long a call to the peer may take, from the moment its result is asked for: when a
    /// promise is first awaited, or something waits that it was passed to. Then it fails with
    /// [`Error::TimedOut`](crate::Error::TimedOut), and the peer is told that nobody waits any more.
    ///
    /// By default calls wait for as long as the session lasts. One call can be given less with
    /// [`Promise::timeout`](crate::Promise::timeout). Needs a Tokio runtime whose time is enabled.
    #[must_use]
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.call_timeout = Some(timeout);
        self
    }

    /// Sets what the peer is told of errors: `policy` is asked about every error object that
    /// leaves, be it thrown, returned, inside other data, a `cause` or another property, or what
    /// the session is aborted with. What replaces an error is not asked about again; errors among
    /// its properties are.
    ///
    /// The default is [`redact::internal`]; a server that faces strangers is better served with
    /// [`redact::unless_public`]. No stack trace leaves, unless a replacement has one. If `policy`
    /// panics, the peer is told that there was an internal error.
    ///
    /// ```
    /// use capnweb_runtime::{OutgoingError, SessionConfig, redact};
    ///
    /// let config = SessionConfig::new().on_send_error(|error| {
    ///     // Keep a record of what strangers are not told.
    ///     match redact::unless_public(error) {
    ///         OutgoingError::Replace(other) => {
    ///             eprintln!("not told: {}", error.message);
    ///             OutgoingError::Replace(other)
    ///         }
    ///         keep => keep,
    ///     }
    /// });
    /// ```
    #[must_use]
    pub fn on_send_error(
        mut self,
        policy: impl Fn(&ErrorValue<Stub>) -> OutgoingError + Send + Sync + 'static,
    ) -> Self {
        self.on_send_error = Arc::new(policy);
        self
    }

    /// Returns the counters of the sessions that are configured by this, or a clone of it.
    pub fn counters(&self) -> Counters {
        self.counters.clone()
    }

    /// Returns what errors pass on their way to the peer.
    pub(crate) fn screen(&self) -> Screen {
        Screen::new(Arc::clone(&self.on_send_error), self.limits.max_error_depth)
    }
}

impl Default for SessionConfig {
    fn default() -> Self {
        Self::new()
    }
}

impl From<Limits> for SessionConfig {
    fn from(limits: Limits) -> Self {
        Self::new().limits(limits)
    }
}

impl fmt::Debug for SessionConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionConfig")
            .field("limits", &self.limits)
            .field("call_timeout", &self.call_timeout)
            .finish_non_exhaustive()
    }
}
