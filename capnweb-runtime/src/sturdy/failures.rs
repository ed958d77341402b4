//! Who presents references that do not work.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::hook::Session;

/// How often references that do not work were presented, by the number of the session. A session that
/// has ended is forgotten.
#[derive(Default)]
pub(super) struct Failures(Mutex<HashMap<u64, Failed>>);

struct Failed {
    times: u32,
    since: Instant,
}

impl Failures {
    /// Returns whether a session has presented so many within a minute.
    pub(super) fn are_too_many(&self, session: &Session, most: u32) -> bool {
        let sessions = self.lock();
        let failed = sessions.get(&session.id());
        failed.is_some_and(|failed| failed.is_recent() && failed.times >= most)
    }

    /// Notes that a session has presented another one.
    pub(super) fn note(self: &Arc<Self>, session: &Session) {
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
