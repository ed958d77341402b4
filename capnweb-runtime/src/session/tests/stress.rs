//! Real threads on one pair of sessions: whatever they do at the same time, nothing is left over.

use std::sync::Arc;
use std::sync::mpsc;

use super::support::{call, call_at, function, number};
use super::world::World;
use crate::connection::{Connection, pair};
use crate::hook::{Revoker, SessionControl as _, Stub, Value, Waiter};
use crate::limits::Limits;
use crate::value::{Path, Segment};

const THREADS: u8 = 4;
const ROUNDS: u8 = 150;

#[tokio::test]
async fn many_threads_call_and_drop_on_one_pair() {
    let (client, server) = (World::new(), World::new());
    let pair = pair(client.cap(), server.cap(), &Limits::default().into());
    let shared = stub_of(&call(
        &Stub::of(pair.server_main.clone()),
        "makeCounter",
        [],
    ))
    .await;
    let done: Vec<_> = (0..THREADS)
        .map(|thread| {
            let (main, shared) = (Stub::of(pair.server_main.clone()), shared.clone());
            let client = client.clone();
            let (tell, told) = tokio::sync::oneshot::channel();
            std::thread::spawn(move || {
                (0..ROUNDS).for_each(|round| work(&main, &shared, &client, thread ^ round));
                drop((main, shared));
                tell.send(()).expect("the test waits");
            });
            told
        })
        .collect();
    for done in done {
        done.await.expect("no thread failed");
    }
    let increments = call(&shared, "increment", [number(0.0)]);
    let total = super::support::value(&increments).await;
    super::support::is(total, number(f64::from(THREADS) * f64::from(ROUNDS)));
    drop((increments, shared));
    drains(&pair.client).await;
    drains(&pair.server).await;
    assert_eq!((client.alive(), server.alive()), (0, 0));
}

/// Does a little of everything, waiting for some of it.
fn work(main: &Stub, shared: &Stub, client: &World, variant: u8) {
    let counted = call(shared, "increment", []);
    let made = call(main, "makeCounter", [number(f64::from(variant))]);
    let sum = call(&made, "increment", [number(1.0)]);
    let own = Value::Capability(client.counter(0.0));
    let wrapped = call(main, "wrap", [own.clone()]);
    let home = Path::new(vec![Segment::from("x"), Segment::from("increment")]);
    let back = call_at(&wrapped, home, []);
    let again = call(main, "echo", [Value::Capability(made.clone()), own]);
    let called = call(
        main,
        "callFunction",
        [function(|_| Ok(Value::Null)), number(1.0)],
    );
    let (guarded, revoker) = {
        let revoker = Revoker::new();
        (revoker.revocable_stub(&made), revoker)
    };
    let through = call(&guarded, "increment", []);
    match variant % 4 {
        0 => drop(made),
        1 => wait(&sum),
        2 => revoker.revoke("enough"),
        _ => {
            wait(&back);
            wait(&wrapped);
        }
    }
    drop((guarded, called, again));
    if variant.is_multiple_of(3) {
        wait(&through);
    }
    wait(&counted);
}

/// Waits for a promise without a runtime.
fn wait(promise: &Stub) {
    let (tell, told) = mpsc::channel();
    promise.cap().when_settled(Waiter::new(move |outcome| {
        tell.send(Arc::clone(outcome)).expect("the thread waits");
    }));
    drop(told.recv().expect("it settles"));
}

async fn stub_of(promise: &Stub) -> Stub {
    super::support::stub(super::support::value(promise).await)
}

/// Waits until nothing is held but the main objects.
async fn drains(end: &Connection) {
    for _ in 0..100_000 {
        if (end.stats().imports, end.stats().exports) == (1, 1) {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("{:?}", end.stats());
}
