//! Letting go: what is dropped here is released there, and the other way round.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use capnweb_runtime::{Capability as _, Function, Result, Value};

use super::super::target::{Counter, CounterStub};
use super::peer::with_peer;

/// Tells when it is let go.
struct Tracked(Arc<AtomicUsize>);

impl Counter for Tracked {
    async fn increment(&self, n: f64) -> Result<f64> {
        Ok(n)
    }

    fn value(&self) -> f64 {
        0.0
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn a_result_is_let_go_once_it_has_arrived() {
    with_peer(async |js| {
        let square = js.square(2.0);
        assert_eq!((&square).await.unwrap(), 4.0);
        js.settled().await;
    });
}

#[test]
fn a_capability_is_held_until_its_last_clone_is_dropped() {
    with_peer(async |js| {
        let counter = js.make_counter(0.0).await.unwrap();
        js.here(1, 0).await;
        js.there(0, 1).await;
        let copy = counter.clone();
        drop(counter);
        js.there(0, 1).await;
        drop(copy);
        js.settled().await;
    });
}

#[test]
fn promises_dropped_before_they_settle_release_their_results() {
    with_peer(async |js| {
        drop(js.make_counter(0.0));
        let counter = js.make_counter(0.0);
        drop(counter.increment(1.0));
        drop(counter);
        let two = js.square(2.0);
        let sixteen = js.square(&two);
        drop(two);
        assert_eq!(sixteen.await.unwrap(), 16.0);
        js.settled().await;
    });
}

#[test]
fn capabilities_inside_a_result_go_with_the_result() {
    with_peer(async |js| {
        let sent = vec![js.make_counter(1.0), js.make_counter(2.0)];
        let echoed = js.as_stub().call("echo", (sent,)).await.unwrap();
        js.there(0, 2).await;
        drop(echoed);
        js.settled().await;
    });
}

#[test]
fn an_object_of_this_side_is_dropped_when_the_call_that_took_it_ends() {
    with_peer(async |js| {
        let dropped = Arc::default();
        let counter = CounterStub::new(Tracked(Arc::clone(&dropped)));
        let sum = js.increment_counter(counter, 3.0).await.unwrap();
        assert_eq!(sum.await.unwrap(), 3.0);
        js.settled().await;
        assert_eq!(dropped.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn failures_keep_nothing() {
    with_peer(async |js| {
        let dropped = Arc::default();
        let tracked = CounterStub::new(Tracked(Arc::clone(&dropped)));
        let missing = js.as_stub().call("nope", (tracked,));
        assert!(missing.await.is_err());
        assert!(js.throw_error().await.is_err());
        js.settled().await;
        assert_eq!(dropped.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn many_functions() {
    with_peer(async |js| {
        let add = |n: f64| {
            Function::new(move |i: Value| async move {
                let Value::Number(i) = i else { return Ok(i) };
                Ok(Value::Number(i + n))
            })
        };
        let calls: Vec<_> = (0..50_u8)
            .map(|n| js.call_function(add(f64::from(n)), Value::Number(1.0)))
            .collect();
        for (n, call) in (0..50_u8).zip(calls) {
            assert_eq!(
                call.await.unwrap().result,
                Value::Number(f64::from(n) + 1.0)
            );
        }
        js.settled().await;
    });
}
