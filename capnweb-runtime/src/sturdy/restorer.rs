//! The registry as peers see it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::error::RestoreError;
use super::event::{Refusal, SturdyEvent};
use super::reference::SturdyRef;
use super::registry::Registry;
use crate::hook::{Call, Session, Stub};
use crate::typed::{Capability, Promise};

/// Restores sturdy references for whoever presents their text.
///
/// [`Registry::restorer`] makes one. It is an ordinary object: serve it as a main object, or have a
/// method of yours return it. It gives nothing to those who have no reference, so that anybody may have
/// it.
#[crate::capability(crate = "crate")]
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
    /// clone it uses; other sessions do not notice.
    pub fn restorer(&self) -> RestorerStub {
        RestorerStub::new(Desk {
            registry: self.clone(),
            failures: Arc::default(),
        })
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
struct Desk {
    registry: Registry,
    failures: Arc<Failures>,
}

impl Restorer for Desk {
    async fn restore(&self, call: Call, reference: String) -> Result<Stub, RestoreError> {
        let session = call.session();
        if session.is_some_and(|session| self.failures.are_too_many(session, self.most())) {
            self.tell(Refusal::TooManyAttempts);
            return Err(RestoreError::TooManyAttempts);
        }
        let restored = self.look_up(&reference).await;
        if let (Err(RestoreError::NoSuchReference), Some(session)) = (&restored, session) {
            self.failures.note(session);
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
        self.registry.restore_stub(&reference).await
    }

    fn most(&self) -> u32 {
        self.registry.limits().max_failed_restores
    }

    fn tell(&self, refusal: Refusal) {
        let record = None;
        self.registry
            .tell(&SturdyEvent::Refused { record, refusal });
    }
}

/// How often references that do not work were presented, by the number of the session. A session that
/// has ended is forgotten.
#[derive(Default)]
struct Failures(Mutex<HashMap<u64, Failed>>);

struct Failed {
    times: u32,
    since: Instant,
}

impl Failures {
    fn are_too_many(&self, session: &Session, most: u32) -> bool {
        let sessions = self.lock();
        let failed = sessions.get(&session.id());
        failed.is_some_and(|failed| failed.is_recent() && failed.times >= most)
    }

    fn note(self: &Arc<Self>, session: &Session) {
        let id = session.id();
        let now = Instant::now();
        let is_known = {
            let mut sessions = self.lock();
            let is_known = sessions.contains_key(&id);
            let failed = sessions.entry(id).or_insert(Failed {
                times: 0,
                since: now,
            });
            if !failed.is_recent() {
                (failed.times, failed.since) = (0, now);
            }
            failed.times = failed.times.saturating_add(1);
            is_known
        };
        if !is_known {
            let failures = Arc::downgrade(self);
            session.on_broken(move |_| {
                if let Some(failures) = failures.upgrade() {
                    failures.lock().remove(&id);
                }
            });
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Failed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Failed {
    fn is_recent(&self) -> bool {
        self.since.elapsed() < WHILE
    }
}

const WHILE: Duration = Duration::from_mins(1);
