//! The registry as peers see it.

use super::error::RestoreError;
use super::event::{Refusal, SturdyEvent};
use super::reference::SturdyRef;
use super::registry::Registry;
use crate::hook::{Call, Stub};
use crate::typed::{Capability, Promise};

/// Restores sturdy references for whoever presents their text.
///
/// [`Registry::restorer`] makes one. It is an ordinary object: serve it as a main object, or have a
/// method of yours return it. It gives nothing to those who have no reference, so that anybody may have
/// it.
#[capnweb_macros::capability(crate = "crate")]
pub trait Restorer {
    /// Returns what a reference stands for.
    ///
    /// In JavaScript, `await api.restore("cwref_…")`, or `api.restore("cwref_…").read("k")` in one round
    /// trip.
    async fn restore(&self, call: Call, reference: String) -> Result<Stub, RestoreError>;
}

impl Registry {
    /// Returns what peers restore references with.
    ///
    /// A session that presents too many that do not work is not heard for a minute
    /// ([`SturdyLimits::max_failed_restores`](super::SturdyLimits::max_failed_restores)), whichever
    /// of the registry's restorers it uses; other sessions do not notice.
    pub fn restorer(&self) -> RestorerStub {
        RestorerStub::new(Desk(self.clone()))
    }
}

impl RestorerStub {
    /// Restores a reference as a capability of this type, which can be called at once. As with every
    /// cast, nothing is asked of the object: a method that it does not have fails when it is called.
    pub fn restored<C: Capability>(&self, reference: &SturdyRef) -> Promise<C, RestoreError> {
        let promise = self.restore(reference.expose());
        Promise::from_stub(promise.as_stub().clone())
    }
}

/// Where references are presented.
struct Desk(Registry);

impl Restorer for Desk {
    async fn restore(&self, call: Call, reference: String) -> Result<Stub, RestoreError> {
        let Some(session) = call.session() else {
            return self.look_up(&reference).await;
        };
        let most = self.0.limits().max_failed_restores;
        let Some(attempt) = self.0.failures().begin(session, most).await else {
            self.tell(Refusal::TooManyAttempts);
            return Err(RestoreError::TooManyAttempts);
        };
        let restored = self.look_up(&reference).await;
        if let Err(RestoreError::NoSuchReference) = &restored {
            attempt.fail();
        }
        restored
    }
}

impl Desk {
    async fn look_up(&self, text: &str) -> Result<Stub, RestoreError> {
        let Ok(reference) = text.parse::<SturdyRef>() else {
            self.tell(Refusal::Malformed);
            return Err(RestoreError::NoSuchReference);
        };
        self.0.restore_stub(&reference).await
    }

    fn tell(&self, refusal: Refusal) {
        let record = None;
        self.0.tell(&SturdyEvent::Refused { record, refusal });
    }
}
