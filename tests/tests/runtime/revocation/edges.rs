//! Ways of a call that is on its way when its reference is revoked.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};

use capnweb_runtime::{
    Call, Capability as _, Function, Path, Promise, Result, Revoker, Stub, Value, capability,
};
use futures_util::FutureExt as _;
use tokio::sync::Notify;

use super::assert_revoked;
use crate::support::{Link, in_time, over_both};

#[capability]
trait Mill {
    async fn grind(&self, corn: String) -> Result<String>;
    /// Answers when it is told to.
    async fn wait(&self) -> Result<String>;
    /// Waits until it is told that it is not wanted, and for leave to end then.
    async fn listen(&self, call: Call) -> Result<String>;
    /// Is dropped where it waits.
    #[rpc(cancel = "drop")]
    async fn doze(&self) -> Result<String>;
    #[property]
    fn wheel(&self) -> MillStub;
    async fn revoke(&self, which: usize) -> Result<String>;
    /// Calls back, and answers what comes of it.
    async fn ask(&self, back: Function<fn() -> String>) -> Result<String>;
    /// Answers with a promise of somebody else's answer.
    async fn defer(&self, other: MillStub) -> Result<Promise<String>>;
}

#[derive(Clone, Default)]
struct Water(Arc<Shared>);

#[derive(Default)]
struct Shared {
    entered: AtomicUsize,
    dropped: AtomicUsize,
    started: Notify,
    go: Notify,
    told: Notify,
    revokers: Mutex<Vec<Revoker>>,
}

impl Water {
    fn enter(&self) {
        self.0.entered.fetch_add(1, Ordering::SeqCst);
        self.0.started.notify_one();
    }

    fn entered(&self) -> usize {
        self.0.entered.load(Ordering::SeqCst)
    }

    fn mill(&self) -> MillStub {
        MillStub::new(self.clone())
    }
}

impl Mill for Water {
    async fn grind(&self, corn: String) -> Result<String> {
        self.enter();
        Ok(corn)
    }

    async fn wait(&self) -> Result<String> {
        self.enter();
        self.0.go.notified().await;
        Ok("done".to_owned())
    }

    async fn listen(&self, call: Call) -> Result<String> {
        self.enter();
        call.cancelled().await;
        self.0.told.notify_one();
        self.0.go.notified().await;
        Ok("done".to_owned())
    }

    async fn doze(&self) -> Result<String> {
        struct Dream(Arc<Shared>);
        impl Drop for Dream {
            fn drop(&mut self) {
                self.0.dropped.fetch_add(1, Ordering::SeqCst);
            }
        }
        let _dream = Dream(Arc::clone(&self.0));
        self.enter();
        std::future::pending().await
    }

    fn wheel(&self) -> MillStub {
        self.mill()
    }

    async fn revoke(&self, which: usize) -> Result<String> {
        self.enter();
        let revoker = self.0.revokers.lock().unwrap()[which].clone();
        revoker.revoke("from within");
        Ok("too late".to_owned())
    }

    async fn ask(&self, back: Function<fn() -> String>) -> Result<String> {
        self.enter();
        back.call().await
    }

    async fn defer(&self, other: MillStub) -> Result<Promise<String>> {
        self.enter();
        Ok(other.wait())
    }
}

/// A7. The fault: a call whose arguments are not there yet is let in when they are.
#[tokio::test]
async fn a_call_that_waits_for_its_arguments_does_not_begin() {
    let (water, source) = (Water::default(), Water::default());
    let (mill, revoker) = water.mill().revocable();
    let link = Link::in_process(mill);
    let corn = source.mill();
    let ground = link.grind(corn.wait());
    in_time(source.0.started.notified()).await;
    revoker.revoke("dry");
    source.0.go.notify_one();
    assert_revoked(in_time(ground).await, "dry");
    assert_eq!(water.entered(), 0);
}

/// A7. The fault: a call in the queue of a promise goes on when that becomes what was revoked, or
/// passes through it.
#[tokio::test]
async fn a_call_in_a_queue_does_not_begin() {
    let (water, behind) = (Water::default(), Water::default());
    let promised = behind.mill();
    // What is taken into care is a promise: calls wait behind the gate for what it becomes.
    let (give, given) = tokio::sync::oneshot::channel::<MillStub>();
    let given = Mutex::new(Some(given));
    let promising: Function<fn() -> MillStub> = Function::new(move || {
        let given = given.lock().unwrap().take();
        async move { Ok(given.unwrap().await.unwrap()) }
    });
    let pending: Promise<MillStub> = promising.call();
    let revoker = Revoker::new();
    let lent: MillStub = revoker.revocable(&*pending);
    let ground = lent.grind("corn");
    let deep = lent.wheel().grind("corn");
    revoker.revoke("dry");
    give.send(promised).ok().unwrap();
    assert_revoked(in_time(ground).await, "dry");
    assert_revoked(in_time(deep).await, "dry");
    drop(in_time(pending).await.unwrap());
    assert_eq!((water.entered(), behind.entered()), (0, 0));
}

/// A7. The fault: a handler that runs on delivers its result, or a promise of one, afterwards.
#[tokio::test]
async fn no_result_is_delivered() {
    let water = Water::default();
    let (mill, revoker) = water.mill().revocable();
    let link = Link::in_process(mill);
    let own = Water::default();
    let (waiting, deferred) = (link.wait(), link.defer(own.mill()));
    in_time(own.0.started.notified()).await;
    revoker.revoke("dry");
    water.0.go.notify_one();
    own.0.go.notify_one();
    assert_revoked(in_time(waiting).await, "dry");
    assert_revoked(in_time(deferred).await, "dry");
}

/// The fault: a handler is not told, and works for nobody; or the operator is told too early that none
/// runs.
#[tokio::test]
async fn a_handler_sees_it_and_drained_waits_for_it() {
    let water = Water::default();
    let (mill, revoker) = water.mill().revocable();
    let link = Link::in_process(mill);
    let (listening, dozing) = (link.listen(), link.doze());
    in_time(async {
        while water.entered() < 2 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let mut drained = Box::pin(revoker.drained());
    assert!((&mut drained).now_or_never().is_none());
    revoker.revoke("dry");
    assert_revoked(in_time(listening).await, "dry");
    assert_revoked(in_time(dozing).await, "dry");
    in_time(water.0.told.notified()).await;
    let dropped = || water.0.dropped.load(Ordering::SeqCst);
    in_time(async {
        while dropped() == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert!((&mut drained).now_or_never().is_none(), "one runs on");
    water.0.go.notify_one();
    in_time(drained).await;
    in_time(revoker.drained()).await;
}

/// A14. The fault: the wrapper, or a method that was read of it, keeps its target alive.
#[tokio::test]
async fn what_was_revoked_is_let_go_of_whatever_a_peer_holds() {
    let water = Water::default();
    let alive: Weak<Shared> = Arc::downgrade(&water.0);
    let (mill, revoker) = MillStub::new(water).revocable();
    let link = Link::in_process(mill);
    let Value::Capability(grind) = in_time(link.as_stub().get("grind")).await.unwrap() else {
        panic!("a function was due")
    };
    in_time(grind.call(Path::EMPTY, ("corn",))).await.unwrap();
    let again = grind.clone();
    revoker.revoke("dry");
    assert!(alive.upgrade().is_none(), "it is still held");
    assert_revoked(in_time(again.call(Path::EMPTY, ("corn",))).await, "dry");
    assert_revoked(in_time(link.grind("corn")).await, "dry");
}

/// The same of what a peer has: this side lets go of it.
#[tokio::test]
async fn a_method_of_a_peers_that_was_read_is_revoked_too() {
    over_both(
        || Water::default().mill(),
        async |link| {
            let (lent, revoker) = link.main.revocable();
            let grind: Stub = match lent.as_stub().get("grind").await.unwrap() {
                Value::Capability(stub) => stub,
                other => panic!("a function was due, not {other:?}"),
            };
            assert!(grind.call(Path::EMPTY, ("corn",)).await.is_ok());
            revoker.revoke("dry");
            assert_revoked(grind.call(Path::EMPTY, ("corn",)).await, "dry");
            drop(lent);
            link.settled().await;
        },
    )
    .await;
}

/// A19. The fault: a deadlock, or the result comes back.
#[tokio::test]
async fn a_handler_revokes_itself() {
    let water = Water::default();
    let (mill, revoker) = water.mill().revocable();
    water.0.revokers.lock().unwrap().push(revoker.clone());
    let link = Link::websocket(move || mill.clone()).await;
    for _ in 0..2 {
        assert_revoked(in_time(link.revoke(0_usize)).await, "from within");
    }
    in_time(revoker.drained()).await;
    assert_eq!(water.entered(), 1);
}

/// A19. The fault: two handlers that revoke each other at the same time wait for one another.
#[test]
fn two_handlers_revoke_each_other() {
    for _ in 0..200 {
        let water = Water::default();
        let mills = [0, 1].map(|_| {
            let (mill, revoker) = water.mill().revocable();
            water.0.revokers.lock().unwrap().push(revoker);
            mill
        });
        let together = std::sync::Barrier::new(2);
        std::thread::scope(|scope| {
            for (own, mill) in mills.iter().enumerate() {
                let together = &together;
                scope.spawn(move || {
                    together.wait();
                    drop(mill.revoke(1 - own));
                });
            }
        });
        let revokers = water.0.revokers.lock().unwrap();
        assert!(revokers.iter().any(Revoker::is_revoked));
    }
}

/// The fault: what a method was passed is taken away with the reference that it was called through.
#[tokio::test]
async fn what_a_caretaker_hands_on_is_not_in_its_care() {
    let water = Water::default();
    let (mill, revoker) = water.mill().revocable();
    let wheel: MillStub = mill.wheel().await.unwrap();
    let back = Function::new(|| async { Ok::<_, capnweb_runtime::Error>("back".to_owned()) });
    assert_eq!(mill.ask(back).await.unwrap(), "back");
    revoker.revoke("dry");
    assert_eq!(wheel.grind("corn").await.unwrap(), "corn");
}
