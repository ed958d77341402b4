//! The right to take references back.

use std::fmt;
use std::sync::Arc;

use super::caretaker::take_care_of;
use super::gate::Gate;
use crate::hook::Stub;

/// Makes a reference to the same object that works until its revoker says otherwise.
pub(crate) fn revocable(stub: &Stub) -> (Stub, Revoker) {
    let revoker = Revoker::new();
    (revoker.revocable_stub(stub), revoker)
}

/// The right to take references back.
///
/// One revoker can have any number of references in its care. Clones share them. Dropping a
/// revoker revokes nothing.
#[derive(Clone)]
pub struct Revoker(Arc<Gate>);

impl Revoker {
    /// Creates a revoker with nothing in its care.
    pub fn new() -> Self {
        Self(Gate::new())
    }

    /// Creates a revoker whose references are taken back by either: one by one through it, or all
    /// together through this one.
    #[must_use]
    pub fn child(&self) -> Self {
        Self(self.0.child())
    }

    /// Returns an untyped reference to the same object that works until [`revoke`](Self::revoke) is called.
    /// It may be one end of a stream, too, which is then aborted on both sides.
    #[must_use = "only the reference that this returns can be revoked"]
    pub fn revocable_stub(&self, stub: &Stub) -> Stub {
        take_care_of(stub, &self.0)
    }

    /// Revokes every reference in care, and every one that will ever be put there; those in the care
    /// of [children](Self::child), too.
    ///
    /// When this returns,
    ///
    /// * no method is entered any more by a call through them, wherever the call is: on its way, in a
    ///   queue, waiting for its arguments, or among the calls of a `map`,
    /// * calls that have not been answered have failed with [`Error::Revoked`](crate::Error::Revoked), and
    ///   so do later ones; methods that run see that in [`Call::cancelled`](crate::Call::cancelled), and
    ///   those that are declared to be dropped are,
    /// * streams that came or went through them are aborted, on both sides,
    /// * what they led to is let go of, even while a peer still holds its reference.
    ///
    /// A method that was entered before runs on, unless it looks: [`drained`](Self::drained) says when
    /// there is none any more. Of objects that a peer has, that is for the peer to say. Another thread that
    /// revokes the same at the same time may return before the first has told everybody; then, too,
    /// nothing is entered.
    ///
    /// It never waits: not for a method, nor for anybody else who revokes. It may be called from
    /// anywhere, also from a method that was called through what it revokes. Revoking again changes
    /// nothing; the first reason stands.
    ///
    /// A peer that used such a reference is told by an error object with the message
    /// `revoked: <reason>`, the property `code` `"REVOKED"` and the property `reason`;
    /// [`Error::is_revoked`](crate::Error::is_revoked) knows it, here and there.
    pub fn revoke(&self, reason: &str) {
        if let Some(shut) = self.0.shut(reason) {
            shut.clear();
        }
    }

    /// Returns whether [`revoke`](Self::revoke) was called, here or of a revoker that this is a child of.
    pub fn is_revoked(&self) -> bool {
        self.0.is_shut()
    }

    /// Waits until no method of this process runs that was entered through what is in care.
    ///
    /// After [`revoke`](Self::revoke), that is so for good. Methods are told that they are not wanted any
    /// more, and nothing makes those that do not look end sooner.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops the waiting and nothing else.
    pub async fn drained(&self) {
        self.0.drained().await;
    }

    /// Returns what is shut when the references are revoked.
    pub(super) const fn gate(&self) -> &Arc<Gate> {
        &self.0
    }
}

impl Default for Revoker {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Revoker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Revoker")
            .field("revoked", &self.is_revoked())
            .finish_non_exhaustive()
    }
}
