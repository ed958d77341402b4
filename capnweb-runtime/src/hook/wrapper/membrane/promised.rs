//! The wrapper of a promise.

use std::sync::{Arc, PoisonError};

use super::crossing::{Across, Provenance};
use super::front::Front;
use crate::audit::Link;
use crate::hook::cap::{Cap, Hook, OnBroken, Outcome, State};
use crate::hook::map::Mapper;
use crate::hook::promise::{PromiseCell, Resolver, promise};
use crate::hook::waiter::Waiter;
use crate::hook::wrapper::convert::{Boundary as _, Conversion as _, Passing};
use crate::hook::wrapper::steps::{Step, left_out};
use crate::hook::wrapper::watchers::whichever_is_first;
use crate::hook::{Stub, Value, map_settled};
use crate::sync::{Mutex, MutexGuard};
use crate::value::Path;

/// What stands for a promise from the other side, which it is as long as nobody has asked what became
/// of that.
///
/// Calls on it go at once to the promise, so that those to a peer's are pipelined; once it has
/// settled, they go to what it became. None overtakes another on the way (protocol C-51).
pub(super) struct Promised {
    front: Arc<Passing<Front>>,
    /// What the promise becomes on this side.
    here: Cap,
    transit: Mutex<Transit>,
}

/// What is on its way to the promise.
struct Transit {
    /// The right to settle what is here, until it is used.
    result: Option<Resolver>,
    phase: Phase,
    /// How many calls are being passed on at this moment.
    passing: usize,
}

/// How much is known of the promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nobody has asked.
    Unasked,
    /// Somebody has.
    Asked,
    /// It has settled. What was passed on before may not have run yet; from now on, everything waits
    /// here until it has.
    Settling,
}

impl Promised {
    /// Makes the wrapper of a promise.
    pub(super) fn cap(front: Arc<Passing<Front>>) -> Cap {
        let (here, result) = promise();
        Cap::new(Self {
            transit: Mutex::new(Transit {
                result: front.0.begin(result),
                phase: Phase::Unasked,
                passing: 0,
            }),
            front,
            here,
        })
    }

    /// Does something to the promise if it has not settled, or else to what it became.
    fn pass<T>(
        self: &Arc<Self>,
        what: T,
        on_promise: impl FnOnce(Arc<Passing<Front>>, T),
        on_value: impl FnOnce(&Cap, T),
    ) {
        {
            let mut transit = self.lock();
            if transit.phase == Phase::Settling {
                drop(transit);
                return on_value(&self.here, what);
            }
            transit.passing = transit.passing.saturating_add(1);
        }
        on_promise(Arc::clone(&self.front), what);
        let last = {
            let mut transit = self.lock();
            transit.passing = transit.passing.saturating_sub(1);
            transit.passing == 0 && transit.phase == Phase::Settling
        };
        if last {
            self.settle();
        }
    }

    /// Asks the promise what becomes of it, unless somebody has.
    fn ask(self: &Arc<Self>) {
        {
            let mut transit = self.lock();
            if transit.phase != Phase::Unasked {
                return;
            }
            transit.phase = Phase::Asked;
        }
        if let Some(target) = self.front.0.current() {
            // Nobody is told who has let go of this; and what it keeps must not keep it.
            let promised = Arc::downgrade(self);
            target.when_settled(Waiter::new(move |_| {
                if let Some(promised) = promised.upgrade() {
                    promised.begin_to_settle();
                }
            }));
        }
    }

    fn begin_to_settle(self: &Arc<Self>) {
        let nothing_is_passing = {
            let mut transit = self.lock();
            transit.phase = Phase::Settling;
            transit.passing == 0
        };
        if nothing_is_passing {
            self.settle();
        }
    }

    /// Settles what is here after everything that was passed on has run, which the promise does in
    /// the order in which it came.
    fn settle(self: &Arc<Self>) {
        let Some(target) = self.front.0.current() else {
            return;
        };
        let promised = Arc::clone(self);
        target.when_settled(Waiter::new(move |outcome| promised.conclude(outcome)));
    }

    fn conclude(&self, outcome: &Outcome) {
        let result = self.lock().result.take();
        if let Some(result) = result {
            let became = outcome.clone();
            result.settle(if left_out(Step::Became) {
                became
            } else {
                self.front.0.back().outcome(became)
            });
        }
    }

    fn lock(&self) -> MutexGuard<'_, Transit> {
        self.transit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hook for Promised {
    fn call(self: Arc<Self>, path: Path, args: Vec<Value>, result: Resolver) {
        self.pass(
            (path, args, result),
            |front, (path, args, result)| front.call(path, args, result),
            |value, (path, args, result)| value.call(path, args, result),
        );
    }

    fn read(self: Arc<Self>, path: Path, result: Resolver) {
        if path.is_empty() {
            return result.follow(Cap::from_arc(self));
        }
        self.pass(
            (path, result),
            |front, (path, result)| front.read(path, result),
            |value, (path, result)| value.read(path, result),
        );
    }

    /// It is applied on this side, to what the promise becomes here. That is kept until then: the
    /// mapper is applied even if nobody waits for its result.
    fn map(self: Arc<Self>, path: Path, mapper: Mapper, result: Resolver) {
        let mapper = self.front.0.restrict(mapper);
        let value = if path.is_empty() {
            Cap::from_arc(self)
        } else {
            self.read_promise(path)
        };
        let kept = value.clone();
        value.when_settled(Waiter::new(move |outcome| {
            map_settled(outcome, &Path::EMPTY, mapper, result);
            drop(kept);
        }));
    }

    fn when_settled(self: Arc<Self>, waiter: Waiter) {
        self.here.when_settled(waiter);
        self.ask();
    }

    /// Whoever watches a promise watches what it becomes, which may be kept when the promise is not.
    fn on_broken(self: Arc<Self>, callback: OnBroken) {
        let (here, behind) = whichever_is_first(callback);
        self.here.on_broken(here);
        self.front.0.on_broken(behind);
    }

    fn state(&self) -> State {
        self.here.state()
    }

    fn cell(&self) -> Option<&Arc<PromiseCell>> {
        self.here.cell()
    }

    fn inner(&self) -> Option<Stub> {
        self.front.0.target().ok()
    }

    fn link(&self) -> Option<Link> {
        self.front.0.link()
    }

    fn shown(&self) -> Option<Stub> {
        self.front.0.shown()
    }

    fn provenance(&self, across: &Across) -> Provenance {
        self.front.0.provenance(across)
    }
}
