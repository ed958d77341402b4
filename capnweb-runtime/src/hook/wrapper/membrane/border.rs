//! What all wrappers of one membrane share.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, Weak};

use super::front::Front;
use crate::error::Error;
use crate::hook::hardening::shielded;
use crate::hook::wrapper::convert::Passing;
use crate::hook::wrapper::gate::Sever;
use crate::hook::wrapper::steps::{Step, left_out};
use crate::sync::{Mutex, MutexGuard};

/// The two sides of a membrane, each of which sees the other's capabilities wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Side {
    /// Where what was put behind the membrane is.
    Inside,
    /// Where it was handed out to.
    Outside,
}

impl Side {
    pub(super) const fn other(self) -> Self {
        match self {
            Self::Inside => Self::Outside,
            Self::Outside => Self::Inside,
        }
    }
}

/// Where a membrane runs, and the wrappers that it is made of.
pub(super) struct Border {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    revoked: Option<Arc<str>>,
    /// The wrappers there are, by what they are in front of: an object has one on each side as long
    /// as somebody holds it.
    fronts: HashMap<Key, Weak<Passing<Front>>>,
}

/// What a wrapper is known by: the address of what it is in front of, which is kept there by the
/// wrapper, and the side that it is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) address: usize,
    pub(super) side: Side,
}

impl Border {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::default(),
        }
    }

    /// Lets go of everything that has crossed.
    pub(super) fn fall(&self, reason: &Arc<str>) {
        let fronts = {
            let mut state = self.lock();
            if state.revoked.is_some() {
                return;
            }
            state.revoked = Some(Arc::clone(reason));
            std::mem::take(&mut state.fronts)
        };
        for front in fronts.values().filter_map(Weak::upgrade) {
            shielded(|| front.0.let_go(reason));
        }
    }

    /// Returns the wrapper of something on a side; there is one as long as anybody holds it. Otherwise
    /// it is made, under a lock.
    pub(super) fn front(
        &self,
        key: Key,
        make: impl FnOnce() -> Passing<Front>,
    ) -> Arc<Passing<Front>> {
        let mut state = self.lock();
        if let Some(known) = state.fronts.get(&key).and_then(Weak::upgrade) {
            return known;
        }
        let front = Arc::new(make());
        if let Some(reason) = state.revoked.clone().filter(|_| !left_out(Step::BornDead)) {
            drop(state);
            front.0.let_go(&reason);
            return front;
        }
        state.fronts.insert(key, Arc::downgrade(&front));
        front
    }

    /// Forgets a wrapper that is gone.
    pub(super) fn forget(&self, key: Key, front: *const Front) {
        let mut state = self.lock();
        let is_same = |known: &Weak<Passing<Front>>| known.as_ptr().cast::<Front>() == front;
        if state.fronts.get(&key).is_some_and(is_same) {
            state.fronts.remove(&key);
        }
    }

    /// Returns why the membrane was revoked, if it was.
    pub(super) fn revoked(&self) -> Option<Arc<str>> {
        self.lock().revoked.clone()
    }

    #[cfg(test)]
    pub(super) fn fronts(&self) -> usize {
        self.lock().fronts.len()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// It falls when its gate is shut.
impl Sever for Border {
    fn sever(&self, reason: Error) {
        if let Error::Revoked(reason) = reason {
            self.fall(&reason);
        }
    }
}
