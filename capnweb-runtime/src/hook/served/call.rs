//! One call, as the method that answers it sees it.

use std::sync::Arc;
use std::time::Instant;

use crate::error::{Disconnect, Error};
use crate::hook::Value;
use crate::hook::deadline::Deadline;
use crate::hook::promise::PromiseCell;
use crate::hook::session::Session;

/// The call that a method is answering, if it takes this as its first parameter.
#[derive(Debug, Clone)]
pub struct Call {
    session: Option<Session>,
    result: Option<Arc<PromiseCell>>,
    deadline: Option<Deadline>,
}

impl Call {
    /// Describes a call whose handler has until then.
    pub(in crate::hook) const fn new(
        session: Option<Session>,
        result: Option<Arc<PromiseCell>>,
        deadline: Option<Deadline>,
    ) -> Self {
        Self {
            session,
            result,
            deadline,
        }
    }

    /// Returns the session the call came in on; none for a call within the process.
    pub const fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// Returns when the call fails if it has not been answered by then; `None` if it may take as
    /// long as it likes. See [`Limits::max_handler_time`](crate::Limits::max_handler_time).
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline.map(Deadline::instant)
    }

    /// Returns whether nobody waits for the result any more: the caller has let go of it, its
    /// session has ended, or the [`deadline`](Self::deadline) has passed.
    pub fn is_cancelled(&self) -> bool {
        let abandoned = |result: &Arc<PromiseCell>| result.is_abandoned();
        self.result.as_ref().is_some_and(abandoned)
            || self.session.as_ref().is_some_and(Session::is_ended)
            || self.deadline.is_some_and(Deadline::has_passed)
    }

    /// Waits until nobody waits for the result any more: the caller dropped the promise, its
    /// session ended, or the [`deadline`](Self::deadline) has passed. Never ready for a call whose
    /// result is still wanted.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops the waiting and nothing else.
    pub async fn cancelled(&self) {
        tokio::select! {
            () = self.let_go() => {}
            _ = self.overdue() => {}
        }
    }

    /// Waits until the caller has let go of the result, in time.
    pub(in crate::hook) async fn let_go(&self) {
        tokio::select! {
            () = self.abandoned() => {}
            _ = self.disconnected() => {}
        }
    }

    /// Waits until the deadline has passed, and returns how the call fails.
    pub(in crate::hook) async fn overdue(&self) -> Error {
        match self.deadline {
            Some(deadline) => deadline.passed().await,
            None => std::future::pending().await,
        }
    }

    /// Returns until when there is to be an answer.
    pub(in crate::hook) const fn time_limit(&self) -> Option<Deadline> {
        self.deadline
    }

    async fn abandoned(&self) {
        match &self.result {
            Some(result) => result.abandoned().await,
            None => std::future::pending().await,
        }
    }

    /// Waits until the session that the call came in on has ended, and returns why.
    pub(in crate::hook) async fn disconnected(&self) -> Disconnect {
        match &self.session {
            Some(session) => session.closed().await,
            None => std::future::pending().await,
        }
    }
}

/// The arguments of a call, taken one after the other.
#[derive(Debug)]
pub struct Args {
    pub(crate) interface: &'static str,
    pub(crate) member: &'static str,
    pub(crate) values: std::vec::IntoIter<Value>,
}

impl Args {
    pub(crate) fn new(interface: &'static str, member: &'static str, values: Vec<Value>) -> Self {
        Self {
            interface,
            member,
            values: values.into_iter(),
        }
    }
}
