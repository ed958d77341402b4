//! What a served object shows of itself: its members by name, and one door to all of them.

use std::pin::Pin;

use super::call::{Args, Call};
use crate::hook::cap::Outcome;

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
