//! Capabilities that travel: made there, handed back, and lent from here.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use capnweb_runtime::{Capability as _, Result, Value, from_value};
use serde::{Deserialize, Serialize};

use super::super::target::{Counter, CounterStub};
use super::peer::with_peer;

/// A counter of this side's, whose state the test can see.
pub(super) struct Local(pub(super) Arc<AtomicI32>);

impl Local {
    pub(super) fn serve() -> (CounterStub, Arc<AtomicI32>) {
        let value = Arc::default();
        (CounterStub::new(Self(Arc::clone(&value))), value)
    }
}

impl Counter for Local {
    async fn increment(&self, n: f64) -> Result<f64> {
        #[allow(clippy::cast_possible_truncation, reason = "small whole numbers")]
        let n = n as i32;
        Ok(f64::from(self.0.fetch_add(n, Ordering::SeqCst) + n))
    }

    fn value(&self) -> f64 {
        f64::from(self.0.load(Ordering::SeqCst))
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Several<C> {
    list: Vec<C>,
    counter: C,
}

#[test]
fn two_objects_do_not_share_their_state() {
    with_peer(async |js| {
        let (one, hundred) = (js.make_counter(1.0), js.make_counter(100.0));
        one.increment(None).await.unwrap();
        assert_eq!(one.value().await.unwrap(), 2.0);
        assert_eq!(hundred.value().await.unwrap(), 100.0);
    });
}

#[test]
fn an_object_is_handed_back_to_its_maker() {
    with_peer(async |js| {
        let counter = js.make_counter(1.0).await.unwrap();
        let sum = js.increment_counter(&counter, 3.0).await.unwrap();
        assert_eq!(sum.await.unwrap(), 4.0);
        assert_eq!(counter.value().await.unwrap(), 4.0);
    });
}

#[test]
fn the_main_object_is_handed_back() {
    with_peer(async |js| {
        let squared = js.call_square(js.main(), 8.0).await.unwrap();
        assert_eq!(squared.result.await.unwrap(), 64.0);
    });
}

#[test]
fn an_object_of_this_side_is_used_there() {
    with_peer(async |js| {
        let (counter, value) = Local::serve();
        let sum = js.increment_counter(counter, 5.0).await.unwrap();
        assert_eq!(sum.await.unwrap(), 5.0);
        assert_eq!(value.load(Ordering::SeqCst), 5);
    });
}

#[test]
fn an_object_of_this_side_comes_home() {
    with_peer(async |js| {
        let (counter, value) = Local::serve();
        let sent = Value::Capability(counter.into_stub());
        let Value::Capability(home) = js.echo(sent).await.unwrap() else {
            panic!("a capability went");
        };
        // It has become a local object again: no call of it crosses the wire.
        js.here(0, 0).await;
        let home: CounterStub = home.cast();
        assert_eq!(home.increment(2.0).await.unwrap(), 2.0);
        assert_eq!(value.load(Ordering::SeqCst), 2);
    });
}

#[test]
fn an_object_in_several_places_of_a_struct() {
    with_peer(async |js| {
        let counter = js.make_counter(0.0);
        let list = vec![counter.clone(), counter.clone()];
        let sent = Several {
            list,
            counter: counter.clone(),
        };
        let echoed = js.as_stub().call("echo", (sent,)).await.unwrap();
        let echoed: Several<CounterStub> = from_value(echoed).unwrap();
        echoed.list[0].increment(None).await.unwrap();
        echoed.list[1].increment(None).await.unwrap();
        echoed.counter.increment(None).await.unwrap();
        assert_eq!(counter.value().await.unwrap(), 3.0);
    });
}

#[test]
fn a_clone_lives_on_without_its_original() {
    with_peer(async |js| {
        let counter = js.make_counter(0.0).await.unwrap();
        let copy = counter.clone();
        drop(counter);
        assert_eq!(copy.increment(None).await.unwrap(), 1.0);
    });
}
