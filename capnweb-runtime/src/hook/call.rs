//! One call, as the method that answers it sees it.

use std::sync::Arc;

use super::Value;
use super::promise::PromiseCell;
use super::session::Session;

/// The call that a method is answering, if it takes this as its first parameter.
#[derive(Debug, Clone)]
pub struct Call {
    session: Option<Session>,
    result: Option<Arc<PromiseCell>>,
}

impl Call {
    pub(crate) const fn new(session: Option<Session>, result: Option<Arc<PromiseCell>>) -> Self {
        Self { session, result }
    }

    /// Returns the session the call came in on; none for a call within the process.
    pub const fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// Returns whether the caller has let go of the result, or its session has ended.
    pub fn is_cancelled(&self) -> bool {
        let abandoned = |result: &Arc<PromiseCell>| result.is_abandoned();
        self.result.as_ref().is_some_and(abandoned)
            || self.session.as_ref().is_some_and(Session::is_ended)
    }

    /// Waits until the caller has let go of the result: it dropped the promise, or its session
    /// ended. Never ready for a call whose result is still wanted.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops the waiting and nothing else.
    pub async fn cancelled(&self) {
        tokio::select! {
            () = self.abandoned() => {}
            () = self.disconnected() => {}
        }
    }

    async fn abandoned(&self) {
        match &self.result {
            Some(result) => result.abandoned().await,
            None => std::future::pending().await,
        }
    }

    async fn disconnected(&self) {
        match &self.session {
            Some(session) => drop(session.closed().await),
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
