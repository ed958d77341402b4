//! How one session behaves.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::audit::AuditSink;
use crate::counters::Counters;
use crate::error::redact::{self, OutgoingError};
use crate::hook::{Peer, Screen, Stub};
use crate::limits::Limits;
use crate::value::ErrorValue;

/// How the sessions of one endpoint behave: what a peer may make each spend, and the policies that
/// hold in it. Both ends of a connection have one each.
///
/// It is given to `Server::config`, `Connector::config` and [`in_process`](crate::in_process), which
/// take [`Limits`] in its place where nothing else is to be said.
#[derive(Clone)]
pub struct SessionConfig {
    pub(crate) limits: Limits,
    pub(crate) keep_alive: KeepAlive,
    pub(crate) call_timeout: Option<Duration>,
    pub(crate) counters: Counters,
    pub(crate) limiter: Option<Limiter>,
    pub(crate) certainty: Certainty,
    pub(crate) audit: Option<Arc<dyn AuditSink>>,
    on_send_error: Arc<dyn Fn(&ErrorValue<Stub>) -> OutgoingError + Send + Sync>,
}

/// What is said of the calls that the end of a session has caught.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Certainty {
    /// That it has ended.
    Untold,
    /// Whether they were sent. What was not, when the connection broke, never is.
    #[cfg(any(test, feature = "websocket"))]
    Told,
}

/// Says whether a peer may make another call.
pub(crate) type Limiter = Arc<dyn Fn(&Peer) -> bool + Send + Sync>;

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

impl SessionConfig {
    /// Creates the configuration that every session has unless it is given another.
    pub fn new() -> Self {
        Self {
            limits: Limits::default(),
            keep_alive: KeepAlive::default(),
            call_timeout: None,
            counters: Counters::default(),
            limiter: None,
            certainty: Certainty::Untold,
            audit: None,
            on_send_error: Arc::new(redact::internal),
        }
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

    /// Sets how long a call to the peer may take, from the moment its result is asked for: when a
    /// promise is first awaited, or something waits that it was passed to. Then it fails with
    /// [`Error::TimedOut`](crate::Error::TimedOut), and the peer is told that nobody waits any more.
    ///
    /// By default calls wait for as long as the session lasts. Those of a `Batch` are asked for when it
    /// is sent. One call can be given less with [`Promise::timeout`](crate::Promise::timeout). Needs a
    /// Tokio runtime whose time is enabled.
    ///
    /// It is about calls of this side's: in the configuration of a server, those that methods make on
    /// what clients have passed, as callbacks. How long methods may take is
    /// [`Limits::max_handler_time`].
    #[must_use]
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.call_timeout = Some(timeout);
        self
    }

    /// Sets who may call how often: `admits` is asked before each call, read or `map` of a peer's
    /// begins, and what it does not admit is rejected with a `RangeError`; the session goes on. By
    /// default everything is admitted (protocol L-25).
    ///
    /// It is asked on the task that reads the session's messages, in their order, and must not wait.
    /// Several sessions may ask at once. What is written to a stream is not a call, and a `map` is
    /// one, whatever it calls: that is for
    /// [`Limits::max_unread_bytes`] and [`Limits::max_map_steps`] to bound.
    #[must_use]
    pub fn limit_calls(mut self, admits: impl Fn(&Peer) -> bool + Send + Sync + 'static) -> Self {
        self.limiter = Some(Arc::new(admits));
        self
    }

    /// Sets who is told of each call, read and `map` of the peer's before it is carried out: what it is, by which
    /// chain of references it comes, and whether it is let through. See [`audit`](crate::audit).
    ///
    /// So are the calls that a `map` makes, one by one. What is written to a stream is not a call, and what
    /// is refused because of [`Limits::max_calls_in_flight`] is in the counters only. By default nobody is
    /// told, and nothing is noted.
    #[must_use]
    pub fn audit(mut self, sink: impl AuditSink) -> Self {
        self.audit = Some(Arc::new(sink));
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
    /// use capnweb_runtime::SessionConfig;
    /// use capnweb_runtime::redact::{self, OutgoingError};
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

    /// Has calls that the end of a session catches fail with
    /// [`Error::NotSent`](crate::Error::NotSent) or
    /// [`Error::MaybeExecuted`](crate::Error::MaybeExecuted).
    #[cfg(any(test, feature = "websocket"))]
    pub(crate) const fn tell_certainty(mut self) -> Self {
        self.certainty = Certainty::Told;
        self
    }

    /// Returns what errors pass on their way to the peer.
    pub(crate) fn screen(&self) -> Screen {
        Screen::new(Arc::clone(&self.on_send_error), self.limits.max_error_depth)
    }
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

impl Default for SessionConfig {
    fn default() -> Self {
        Self::new()
    }
}

impl Default for KeepAlive {
    fn default() -> Self {
        Self::every(Duration::from_secs(30), Duration::from_secs(20))
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
            .field("keep_alive", &self.keep_alive)
            .field("call_timeout", &self.call_timeout)
            .finish_non_exhaustive()
    }
}
