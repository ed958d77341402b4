//! The right to revoke as a capability, which can be handed to somebody else.

use crate::error::{Excerpt, Result};
use crate::hook::Revoker;

/// The right to take references back, wherever whoever has it is: what a [`Revoker`] is to a peer.
///
/// [`Revoker::stub`] makes one. It leads to nothing of what it revokes, and nothing of that leads to it:
/// who holds a reference cannot find out who can take it back. It can be attenuated, guarded, put into the
/// care of another revoker and sealed like any other capability.
#[capnweb_macros::capability(crate = "crate")]
pub trait RemoteRevoker {
    /// Revokes everything that is in care, as [`Revoker::revoke`] does. Of the reason, which all are
    /// told who are refused, no more than 256 characters are kept.
    async fn revoke(&self, #[default(String::new())] reason: String) -> Result<()>;

    /// Returns whether it was revoked, by whomever.
    async fn is_revoked(&self) -> Result<bool>;

    /// Answers when no method runs any more that was entered through what is in care, as
    /// [`Revoker::drained`] says.
    async fn drained(&self) -> Result<()>;
}

impl Revoker {
    /// Returns this right as a capability. Dropping it revokes nothing.
    pub fn stub(&self) -> RemoteRevokerStub {
        RemoteRevokerStub::new(Trigger(self.clone()))
    }
}

/// A revoker in the hands of others.
struct Trigger(Revoker);

impl RemoteRevoker for Trigger {
    async fn revoke(&self, reason: String) -> Result<()> {
        self.0.revoke(&Excerpt::of_text(&reason).to_string());
        Ok(())
    }

    async fn is_revoked(&self) -> Result<bool> {
        Ok(self.0.is_revoked())
    }

    async fn drained(&self) -> Result<()> {
        self.0.drained().await;
        Ok(())
    }
}
