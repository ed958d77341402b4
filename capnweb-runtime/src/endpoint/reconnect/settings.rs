//! When to try again, and what becomes of calls meanwhile.

use std::time::Duration;

use super::queue::Queue;
use crate::endpoint::connect::ConnectError;

/// How a [`ReconnectingClient`](crate::ReconnectingClient) goes about it: when it tries again, when it
/// gives up, and what becomes of calls meanwhile.
#[derive(Debug, Clone)]
pub struct Reconnect {
    pub(super) base: Duration,
    pub(super) cap: Duration,
    pub(super) healthy_after: Duration,
    pub(in crate::endpoint) attempt_timeout: Duration,
    pub(super) patience: Duration,
    max_waiting: usize,
    max_waiting_bytes: usize,
    pub(super) max_elapsed: Option<Duration>,
    hopeless: Vec<u16>,
}

impl Reconnect {
    /// Creates the settings that each method here says are the default.
    pub fn new() -> Self {
        Self {
            base: Duration::from_millis(100),
            cap: Duration::from_secs(30),
            healthy_after: Duration::from_secs(10),
            attempt_timeout: Duration::from_secs(10),
            patience: Duration::from_secs(10),
            max_waiting: 1024,
            max_waiting_bytes: 16 << 20,
            max_elapsed: None,
            hopeless: vec![401, 403, 404, 410],
        }
    }

    /// Sets how long to wait between attempts: any time up to `base` at random after the first, up to
    /// twice that after the second, and so on, up to `cap`. So clients that have lost the same server
    /// do not all come back at once. Default 100 milliseconds and 30 seconds; a `base` of less than a
    /// millisecond is one.
    #[must_use]
    pub fn backoff(mut self, base: Duration, cap: Duration) -> Self {
        self.base = base.max(Duration::from_millis(1));
        self.cap = cap.max(self.base);
        self
    }

    /// Sets how long a connection has to last for the waiting to begin anew at `base` after it.
    /// Default 10 seconds. A server that accepts connections and closes them at once is thus left
    /// alone for longer and longer, like one that cannot be reached.
    #[must_use]
    pub const fn healthy_after(mut self, time: Duration) -> Self {
        self.healthy_after = time;
        self
    }

    /// Sets how long an attempt may take, its handshakes included. Default 10 seconds; if
    /// [`Connector::timeout`](crate::Connector::timeout) is less, that.
    #[must_use]
    pub const fn attempt_timeout(mut self, time: Duration) -> Self {
        self.attempt_timeout = time;
        self
    }

    /// Sets how long a call waits for a connection while there is none. Then it fails with
    /// [`Error::NotSent`](crate::Error::NotSent). Default 10 seconds; with none, at once.
    #[must_use]
    pub const fn patience(mut self, time: Duration) -> Self {
        self.patience = time;
        self
    }

    /// Sets how many calls may wait for a connection. Default 1,024. A further one fails at once with
    /// [`Error::NotSent`](crate::Error::NotSent); those that wait go on waiting. Calls on the results of
    /// calls that wait are not counted: they wait where their results do.
    #[must_use]
    pub const fn max_waiting(mut self, calls: usize) -> Self {
        self.max_waiting = calls;
        self
    }

    /// Sets about how many bytes the calls that wait for a connection may take together: the names of what
    /// is called, arguments and mappers.
    /// Default 16 MiB. A call that would make it more fails at once with
    /// [`Error::NotSent`](crate::Error::NotSent); those that wait go on waiting, and smaller ones join
    /// them. What is inside capabilities among the arguments is not counted.
    #[must_use]
    pub const fn max_waiting_bytes(mut self, bytes: usize) -> Self {
        self.max_waiting_bytes = bytes;
        self
    }

    /// Gives up when there was no healthy connection for so long. By default it never does.
    #[must_use]
    pub const fn max_elapsed(mut self, time: Duration) -> Self {
        self.max_elapsed = Some(time);
        self
    }

    /// Gives up if the server refuses the connection with one of these HTTP statuses, instead of 401,
    /// 403, 404 and 410: asking again would not help.
    #[must_use]
    pub fn give_up_on(mut self, statuses: impl IntoIterator<Item = u16>) -> Self {
        self.hopeless = statuses.into_iter().collect();
        self
    }

    /// Returns the limit beyond which something of this weight would wait, if there is one.
    pub(super) fn limit_hit(&self, waiting: &Queue, weight: usize) -> Option<&'static str> {
        if waiting.len() >= self.max_waiting {
            return Some("max_waiting");
        }
        (waiting.bytes_with(weight) > self.max_waiting_bytes).then_some("max_waiting_bytes")
    }

    /// Returns whether trying again cannot help.
    pub(super) fn is_hopeless(&self, error: &ConnectError) -> bool {
        match error {
            ConnectError::Url(_) | ConnectError::TlsNotBuilt => true,
            error => error
                .status()
                .is_some_and(|status| self.hopeless.contains(&status)),
        }
    }
}

impl Default for Reconnect {
    fn default() -> Self {
        Self::new()
    }
}
