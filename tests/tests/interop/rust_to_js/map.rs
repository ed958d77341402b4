//! `map`: a closure recorded here and applied by the target, and one recorded there and applied
//! here.

use capnweb_runtime::{Capability as _, Error, Promise, Result, Value};

use super::peer::{with_peer, with_peer_that_keeps};
use crate::mapping::{Source, SourceStub};
use crate::target::{Counter, CounterStub};

pub(super) struct Numbers;

impl Source for Numbers {
    async fn get_numbers(&self) -> Result<Vec<f64>> {
        Ok(vec![1.0, 2.0, 3.0])
    }

    async fn double(&self, x: f64) -> Result<f64> {
        // Not at once: its result is then a promise when the map's result is sent.
        tokio::task::yield_now().await;
        Ok(x * 2.0)
    }

    async fn return_null(&self) -> Result<Option<f64>> {
        Ok(None)
    }

    async fn return_number(&self, n: f64) -> Result<f64> {
        Ok(n)
    }

    async fn make_list(&self, n: f64) -> Result<Vec<f64>> {
        Ok([0.0, 1.0, 2.0].into_iter().filter(|i| *i < n).collect())
    }

    async fn make_counter(&self, i: f64) -> Result<CounterStub> {
        Ok(CounterStub::new(Counting(std::sync::Mutex::new(i))))
    }
}

pub(super) struct Counting(pub(super) std::sync::Mutex<f64>);

impl Counter for Counting {
    async fn increment(&self, n: f64) -> Result<f64> {
        let mut value = self.0.lock().map_err(|_| Error::new("poisoned"))?;
        *value += n;
        Ok(*value)
    }

    fn value(&self) -> f64 {
        self.0.lock().map_or(f64::NAN, |value| *value)
    }
}

#[test]
fn a_call_for_every_element() {
    with_peer(async |js| {
        let squares = js.get_list().map(|x| js.square(x)).await.unwrap();
        assert_eq!(squares, [1.0, 4.0, 9.0, 16.0, 25.0]);
        let pairs = js.get_list().map(|x| (js.square(&x), x)).await.unwrap();
        assert_eq!(pairs[4], (25.0, 5.0));
        let same = js.get_list().map(|x| x).await.unwrap();
        assert_eq!(same, [1.0, 2.0, 3.0, 4.0, 5.0]);
        let none = js
            .generate_fibonacci(0)
            .map(|x| js.square(x))
            .await
            .unwrap();
        assert_eq!(none, [0.0; 0]);
    });
}

#[test]
fn nothing_for_null_and_once_for_anything_else() {
    with_peer(async |js| {
        let null = js.return_null().map(|x| js.square(x)).await.unwrap();
        assert_eq!(null, None);
        let stub = js.as_stub();
        let square = stub
            .call("returnNumber", (7,))
            .map(|x| stub.call("square", (x,)));
        assert_eq!(square.await.unwrap(), Value::Number(49.0));
        let property = stub.call("echo", ([("ids", [1, 2])].map(|(_, ids)| ids),));
        let squares = property.map(|ids| ids.map(|id| stub.call("square", (id,))));
        let expected = [1.0, 4.0].map(Value::Number).to_vec();
        assert_eq!(
            squares.await.unwrap(),
            Value::Array(vec![Value::Array(expected)])
        );
    });
}

#[test]
fn maps_of_maps_and_within_maps() {
    with_peer(async |js| {
        let more = js.get_list().map(|x| js.square(x)).map(|x| js.add(x, 1.0));
        assert_eq!(more.await.unwrap(), [2.0, 5.0, 10.0, 17.0, 26.0]);
        let nested = js.as_stub().call("generateFibonacci", (4,)).map(|n| {
            let list = js.as_stub().call("generateFibonacci", (&n,));
            list.map(|x| js.as_stub().call("add", (x, &n)))
        });
        let lists: Vec<Vec<f64>> = capnweb_runtime::from_value(nested.await.unwrap()).unwrap();
        assert_eq!(lists, [vec![], vec![1.0], vec![1.0], vec![2.0, 3.0]]);
    });
}

#[test]
fn objects_made_for_every_element_and_captured_from_both_sides() {
    with_peer(async |js| {
        let made = js.get_list().map(|x| js.make_counter(x).increment(10.0));
        assert_eq!(made.await.unwrap(), [11.0, 12.0, 13.0, 14.0, 15.0]);
        let theirs = js.make_counter(0.0).await.unwrap();
        let sums = js.get_list().map(|x| theirs.increment(x)).await.unwrap();
        assert_eq!(sums, [1.0, 3.0, 6.0, 10.0, 15.0]);
        let promised = js.make_counter(0.0);
        let sums = js.get_list().map(|x| promised.increment(x)).await.unwrap();
        assert_eq!(sums, [1.0, 3.0, 6.0, 10.0, 15.0]);
        let ours = CounterStub::new(Counting(std::sync::Mutex::new(0.0)));
        let sums = js.get_list().map(|x| ours.increment(x)).await.unwrap();
        // The peer sends its elements as promises, so that the calls may overtake each other.
        assert_eq!(sums.len(), 5);
        assert_eq!(ours.value().await.unwrap(), 15.0);
    });
}

#[test]
fn values_that_are_known_here_and_promises_that_are_not() {
    with_peer(async |js| {
        let known = js.square(3.0);
        (&known).await.unwrap();
        let unknown = js.square(4.0);
        let ready = Promise::<f64>::ready(1.0);
        let sums = js
            .get_list()
            .map(|x| js.add(js.add(x, &known), js.add(&unknown, &ready)));
        assert_eq!(sums.await.unwrap(), [27.0, 28.0, 29.0, 30.0, 31.0]);
    });
}

#[test]
fn an_element_that_fails() {
    with_peer(async |js| {
        let error = js.get_list().map(|_| js.throw_error()).await.unwrap_err();
        assert_eq!(error.to_string(), "test error");
    });
}

/// capnweb 0.12.0 never lets go of what a mapper has captured.
#[test]
fn maps_recorded_by_the_target() {
    with_peer_that_keeps(5, async |js| {
        let source = SourceStub::new(Numbers);
        let doubled = js.map_array_remote(&source).await.unwrap();
        assert_eq!(doubled, [2.0, 4.0, 6.0]);
        assert_eq!(js.map_null_remote(&source).await.unwrap(), None);
        let single = js.map_single_remote(&source, 21.0).await.unwrap();
        assert_eq!(single, Value::Number(42.0));
        let nested = js.map_nested_remote(&source).await.unwrap();
        assert_eq!(nested, [vec![0.0], vec![0.0, 2.0], vec![0.0, 2.0, 4.0]]);
        let counted = js.map_counter_remote(&source).await.unwrap();
        assert_eq!(counted, [11.0, 13.0, 16.0]);
    });
}
