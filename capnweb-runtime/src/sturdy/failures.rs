//! Who presents references that do not work.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::hook::Session;

/// How often references that do not work were presented, by the number of the session. A session that
/// has ended is forgotten.
#[derive(Default)]
pub(super) struct Failures {
    sessions: Mutex<HashMap<u64, Presented>>,
    /// Told when it is known of a reference whether it works.
    known: Notify,
}

struct Presented {
    failed: u32,
    since: Instant,
    /// Of how many it is not known yet.
    open: u32,
}

/// A reference that is being looked up for a session. Until it is dropped, it counts as one that may not
/// work.
pub(super) struct Attempt {
    failures: Arc<Failures>,
    session: u64,
}

/// What becomes of a reference that is presented.
enum Admitted {
    Begins,
    /// It depends on those that are being looked up.
    Waits,
    TooMany,
}

impl Failures {
    /// Returns the right to look up a reference; `None` if the session has presented so many that do not
    /// work within a minute. As many at once as could all fail are looked up, and the others wait for
    /// them: so there are never more, however many are presented at once.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives up the place.
    pub(super) async fn begin(self: &Arc<Self>, session: &Session, most: u32) -> Option<Attempt> {
        loop {
            let known = self.known.notified();
            match self.admit(session, most) {
                Admitted::Begins => break,
                Admitted::Waits => known.await,
                Admitted::TooMany => return None,
            }
        }
        Some(Attempt {
            failures: Arc::clone(self),
            session: session.id(),
        })
    }

    fn admit(self: &Arc<Self>, session: &Session, most: u32) -> Admitted {
        let mut sessions = self.lock();
        let is_new = !sessions.contains_key(&session.id());
        let presented = sessions.entry(session.id());
        let admitted = presented.or_insert_with(Presented::nothing).admit(most);
        drop(sessions);
        if is_new {
            self.forget_with(session);
        }
        admitted
    }

    fn forget_with(self: &Arc<Self>, session: &Session) {
        let (id, failures) = (session.id(), Arc::downgrade(self));
        session.on_broken(move |_| {
            if let Some(failures) = failures.upgrade() {
                failures.lock().remove(&id);
            }
        });
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Presented>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Presented {
    fn nothing() -> Self {
        Self {
            failed: 0,
            since: Instant::now(),
            open: 0,
        }
    }

    fn admit(&mut self, most: u32) -> Admitted {
        if self.since.elapsed() >= WHILE {
            (self.failed, self.since) = (0, Instant::now());
        }
        if self.failed >= most {
            return Admitted::TooMany;
        }
        if self.failed.saturating_add(self.open) >= most {
            return Admitted::Waits;
        }
        self.open = self.open.saturating_add(1);
        Admitted::Begins
    }
}

impl Attempt {
    /// Notes that the reference does not work.
    pub(super) fn fail(self) {
        if let Some(presented) = self.failures.lock().get_mut(&self.session) {
            presented.failed = presented.failed.saturating_add(1);
        }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if let Some(presented) = self.failures.lock().get_mut(&self.session) {
            presented.open = presented.open.saturating_sub(1);
        }
        self.failures.known.notify_waiters();
    }
}

const WHILE: Duration = Duration::from_mins(1);
