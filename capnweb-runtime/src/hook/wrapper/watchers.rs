//! Who wants to know when a reference leads nowhere any more.

use std::sync::{Arc, PoisonError};

use super::gate::{Gate, Listed, Sever};
use super::steps::{Step, left_out};
use crate::error::Error;
use crate::hook::cap::OnBroken;
use crate::sync::Mutex;

/// What is to be told when what is behind a wrapper is taken back. It is forgotten with the wrapper:
/// when nobody has the reference any more, nobody can take it away.
#[derive(Default)]
pub(super) struct Watchers(Mutex<Vec<(Listed, Arc<Watcher>)>>);

/// Told once, by whatever ends first.
struct Watcher(Mutex<Option<OnBroken>>);

impl Watchers {
    /// Has `callback` told when the gate is shut, at once if it is. Returns how to tell it of something
    /// else that has ended, before.
    pub(super) fn add(
        &self,
        gate: &Arc<Gate>,
        callback: OnBroken,
    ) -> impl Fn(&Error) + Send + use<> {
        let watcher = Arc::new(Watcher(Mutex::new(Some(callback))));
        if !left_out(Step::BrokenToo) {
            let told = Arc::downgrade(&watcher);
            let listed = gate.list(told);
            let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            places.push((listed, Arc::clone(&watcher)));
        }
        move |error| watcher.tell(error)
    }
}

/// Returns two ways to tell `callback`, of which the first that is used does.
pub(super) fn whichever_is_first(callback: OnBroken) -> (OnBroken, OnBroken) {
    let watcher = Arc::new(Watcher(Mutex::new(Some(callback))));
    let other = Arc::clone(&watcher);
    (
        Box::new(move |error| watcher.tell(error)),
        Box::new(move |error| other.tell(error)),
    )
}

impl Watcher {
    fn tell(&self, error: &Error) {
        let callback = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(callback) = callback {
            callback(error);
        }
    }
}

impl Sever for Watcher {
    fn sever(&self, reason: Error) {
        self.tell(&reason);
    }
}
