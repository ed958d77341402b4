//! A reference whose calls are paid for: from what is at hand, or, in order, from what is fetched.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, PoisonError};

use super::guard::{deny_call, deny_read};
use super::method::wrap_method;
use super::wrap::wrap;
use crate::audit::{Link, LinkKind};
use crate::error::Error;
use crate::hook::cap::{Cap, Hook, itself};
use crate::hook::promise::Resolver;
use crate::hook::waiter::Waiter;
use crate::hook::{Stub, Value};
use crate::policy::budget_spent;
use crate::sync::{Mutex, MutexGuard};
use crate::value::Path;

/// What calls are paid from.
pub(crate) trait Meter: Send + Sync + 'static {
    /// Takes what one call costs.
    fn take(&self) -> Taken;

    /// Fetches more, or learns that there is no more: [`Taken::Later`] is not said for ever.
    fn refill(self: Arc<Self>) -> Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;
}

/// Whether a call is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It is.
    One,
    /// It may be, once more was fetched.
    Later,
    /// It is not, and none will be.
    None,
}

/// Puts a meter in front of a capability. Calls, reads and the steps of maps pass it, and calls of
/// methods that were read as functions.
pub(crate) fn metered(stub: &Stub, meter: Arc<dyn Meter>) -> Stub {
    let till = Arc::new(Till {
        meter,
        queue: Mutex::default(),
    });
    wrap(stub, |inner| {
        let what = What::Object;
        Cap::new(Metered { inner, till, what })
    })
}

struct Metered {
    inner: Stub,
    till: Arc<Till>,
    what: What,
}

/// What is behind a meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Object,
    /// Something that was read of an object, and may be one of its methods. If it is an object after
    /// all, its members are its own.
    Method,
}

/// Where calls are paid for.
struct Till {
    meter: Arc<dyn Meter>,
    queue: Mutex<Queue>,
}

/// What waits until more was fetched. As long as anything does, all that comes goes behind it.
#[derive(Default)]
struct Queue {
    waiting: VecDeque<Due>,
    /// Whether a task is at it.
    served: bool,
}

/// A call, or a read, that is to be paid for.
struct Due {
    target: Stub,
    path: Path,
    args: Option<Vec<Value>>,
    result: Resolver,
}

impl Till {
    /// Lets a call through, refuses it, or has it wait.
    fn pass(self: &Arc<Self>, due: Due) {
        let mut queue = self.lock();
        let taken = if queue.served {
            Taken::Later
        } else {
            self.meter.take()
        };
        if taken == Taken::Later {
            queue.waiting.push_back(due);
            let served = std::mem::replace(&mut queue.served, true);
            drop(queue);
            if !served {
                Arc::clone(self).serve();
            }
            return;
        }
        drop(queue);
        due.decide(taken);
    }

    /// Has a task fetch more.
    fn serve(self: Arc<Self>) {
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(self.fetch())),
            Err(_) => self.fail_all(&Error::new("There is no runtime to count a call in.")),
        }
    }

    async fn fetch(self: Arc<Self>) {
        loop {
            if let Err(error) = Arc::clone(&self.meter).refill().await {
                return self.fail_all(&error);
            }
            while let Some((due, taken)) = self.next() {
                due.decide(taken);
            }
            if self.is_done() {
                return;
            }
        }
    }

    /// Takes who has waited longest out of the queue, if it is decided what becomes of it.
    fn next(&self) -> Option<(Due, Taken)> {
        let mut queue = self.lock();
        if queue.waiting.is_empty() {
            return None;
        }
        let taken = self.meter.take();
        if taken == Taken::Later {
            return None;
        }
        queue.waiting.pop_front().map(|due| (due, taken))
    }

    /// Closes the queue, if nobody is in it.
    fn is_done(&self) -> bool {
        let mut queue = self.lock();
        queue.served = !queue.waiting.is_empty();
        !queue.served
    }

    fn fail_all(&self, error: &Error) {
        let waiting = {
            let mut queue = self.lock();
            queue.served = false;
            std::mem::take(&mut queue.waiting)
        };
        for due in waiting {
            due.result.settle(Err(error.clone()));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Due {
    fn decide(self, taken: Taken) {
        if let Some(error) = self.result.refusal() {
            return self.result.settle(Err(error));
        }
        match (taken, self.args) {
            (Taken::One, Some(args)) => self.target.pass_call(self.path, args, self.result),
            (Taken::One, None) => self.target.pass_read(self.path, self.result),
            (Taken::Later | Taken::None, Some(args)) => {
                deny_call(budget_spent(), self.path, args, self.result);
            }
            (Taken::Later | Taken::None, None) => {
                deny_read(budget_spent(), &self.path, self.result);
            }
        }
    }
}

impl Metered {
    fn due(&self, path: Path, args: Option<Vec<Value>>, result: Resolver) -> Due {
        Due {
            target: self.inner.clone(),
            path,
            args,
            result,
        }
    }
}

impl Hook for Metered {
    fn call(self: Arc<Self>, path: Path, args: Vec<Value>, result: Resolver) {
        if self.what == What::Method && !path.is_empty() {
            return self.inner.pass_call(path, args, result);
        }
        self.till.pass(self.due(path, Some(args), result));
    }

    fn read(self: Arc<Self>, path: Path, result: Resolver) {
        if path.is_empty() {
            // The target must not slip out as its own value.
            return result.settle(Ok(itself(self)));
        }
        if self.what == What::Method {
            return self.inner.pass_read(path, result);
        }
        let till = Arc::clone(&self.till);
        let result = match path.segments() {
            [_] => result.adapted(move |outcome| Ok(meter_method(outcome?, till))),
            _ => result,
        };
        self.till.pass(self.due(path, None, result));
    }

    fn when_settled(self: Arc<Self>, waiter: Waiter) {
        waiter.tell(&Arc::new(Ok(itself(self))));
    }

    fn is_method(&self) -> bool {
        self.what == What::Method
    }

    fn inner(&self) -> Option<Stub> {
        Some(self.inner.clone())
    }

    fn link(&self) -> Option<Link> {
        Some(Link::new(LinkKind::Meter))
    }
}

/// Returns what was read at a member, so that calls of it, if it is a method, are paid for.
fn meter_method(value: Value, till: Arc<Till>) -> Value {
    wrap_method(value, move |inner| {
        let what = What::Method;
        Cap::new(Metered { inner, till, what })
    })
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use tokio::sync::Notify;

    use super::{Meter, Taken, metered};
    use crate::error::Error;
    use crate::hook::cap::{Cap, Hook, State, itself};
    use crate::hook::promise::Resolver;
    use crate::hook::waiter::Waiter;
    use crate::hook::{Revoker, Stub, Value};
    use crate::value::Path;

    /// Something of a peer's: what is called is sent, and nobody looks whether it may be.
    #[derive(Default)]
    struct Elsewhere(AtomicUsize);

    impl Hook for Elsewhere {
        fn call(self: Arc<Self>, _: Path, _: Vec<Value>, result: Resolver) {
            self.0.fetch_add(1, Ordering::SeqCst);
            result.settle(Ok(Value::Null));
        }

        fn read(self: Arc<Self>, path: Path, result: Resolver) {
            self.call(path, Vec::new(), result);
        }

        fn when_settled(self: Arc<Self>, waiter: Waiter) {
            waiter.tell(&Arc::new(Ok(itself(self))));
        }
    }

    /// Has nothing at hand until it may fetch.
    #[derive(Default)]
    struct Slow {
        go: Notify,
        fetched: AtomicBool,
        told: Notify,
    }

    impl Meter for Slow {
        fn take(&self) -> Taken {
            if self.fetched.load(Ordering::SeqCst) {
                self.told.notify_one();
                return Taken::One;
            }
            Taken::Later
        }

        fn refill(self: Arc<Self>) -> Pin<Box<dyn Future<Output = Result<(), Error>> + Send>> {
            Box::pin(async move {
                self.go.notified().await;
                self.fetched.store(true, Ordering::SeqCst);
                Ok(())
            })
        }
    }

    /// A7. The fault: a call that is revoked while it waits to be paid for is made once it is.
    #[tokio::test]
    async fn what_waits_to_be_paid_for_can_be_revoked() {
        let (target, meter) = (Arc::new(Elsewhere::default()), Arc::new(Slow::default()));
        let paid = Arc::clone(&meter);
        let stub = metered(&Stub::of(Cap::from_arc(Arc::clone(&target) as _)), paid);
        let revoker = Revoker::new();
        let lent = revoker.revocable_stub(&stub);
        let waiting = lent.begin_call(Path::single("open"), Vec::new());
        revoker.revoke("too late");
        meter.go.notify_one();
        meter.told.notified().await;
        let kept = stub.begin_call(Path::single("open"), Vec::new());
        while matches!(kept.state(), State::Pending) {
            tokio::task::yield_now().await;
        }
        assert_eq!(target.0.load(Ordering::SeqCst), 1, "the other one's call");
        drop((waiting, kept));
    }
}
