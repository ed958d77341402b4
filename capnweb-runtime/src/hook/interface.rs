//! What a served object shows of itself: its members by name, and one door to all of them.

use std::pin::Pin;
use std::sync::Arc;

use super::Value;
use super::cap::Outcome;
use super::origin::Session;
use super::promise::PromiseCell;

/// An interface: its name, and every member that exists for a peer.
#[derive(Debug)]
pub struct Interface {
    /// The name that error messages use.
    pub name: &'static str,
    /// The members. What is not here does not exist on the wire.
    pub members: &'static [Member],
}

impl Interface {
    /// Describes an interface.
    pub const fn new(name: &'static str, members: &'static [Member]) -> Self {
        Self { name, members }
    }

    /// Finds a member by its wire name.
    pub(crate) fn find(&self, name: &str) -> Option<(usize, &'static Member)> {
        self.members
            .iter()
            .enumerate()
            .find(|(_, member)| member.name == name)
    }
}

/// One member of an [`Interface`].
#[derive(Debug)]
pub struct Member {
    /// The name on the wire.
    pub name: &'static str,
    /// Whether it is called or read.
    pub kind: MemberKind,
    /// What becomes of it when nobody waits for its result any more.
    pub cancel: Cancel,
}

impl Member {
    /// Describes a member.
    pub const fn new(name: &'static str, kind: MemberKind, cancel: Cancel) -> Self {
        Self { name, kind, cancel }
    }
}

/// Whether a member is called or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "an object has nothing else")]
pub enum MemberKind {
    /// Called with arguments.
    Method,
    /// Read without a call.
    Property,
}

/// What becomes of a running method when nobody waits for its result any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "it looks, or it is stopped")]
pub enum Cancel {
    /// It runs on, and can look: [`Call::cancelled`].
    Cooperative,
    /// It is dropped where it next waits.
    Drop,
}

/// The answer of a method under way.
pub type Reply = Pin<Box<dyn Future<Output = Outcome> + Send + 'static>>;

/// An object that can be served: what `#[capability]` generates for a trait.
pub trait Dispatch: Send + Sync + 'static {
    /// Returns the members there are.
    fn interface(&self) -> &'static Interface;

    /// Starts a member, named by its index in [`Interface::members`].
    fn dispatch(&self, member: usize, call: Call, args: Args) -> Reply;
}

/// The call a method is answering; take it as the first parameter to look at it.
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
    /// Cancel-safe.
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
