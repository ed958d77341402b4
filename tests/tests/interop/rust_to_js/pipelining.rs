//! Calls on results, and results as arguments, before anything has arrived.

use capnweb_runtime::{Capability as _, Promise, Value};
use serde::Serialize;

use super::peer::with_peer;

#[test]
fn a_call_and_a_property_of_a_result_that_has_not_arrived() {
    with_peer(async |js| {
        let counter = js.make_counter(4.0);
        assert_eq!(counter.increment(3.0).await.unwrap(), 7.0);
        assert_eq!(counter.value().await.unwrap(), 7.0);
    });
}

#[test]
fn a_promise_is_an_argument_owned_or_borrowed() {
    with_peer(async |js| {
        let two = js.square(2.0);
        assert_eq!(js.square(&two).await.unwrap(), 16.0);
        assert_eq!(js.add(&two, js.square(&two)).await.unwrap(), 20.0);
        assert_eq!(two.await.unwrap(), 4.0);
    });
}

#[test]
fn a_promised_capability_is_an_argument() {
    with_peer(async |js| {
        let counter = js.make_counter(4.0);
        let sum = js.increment_counter(&counter, 2.0).await.unwrap();
        assert_eq!(sum.await.unwrap(), 6.0);
        assert_eq!(counter.value().await.unwrap(), 6.0);
    });
}

#[test]
fn a_promise_inside_data_is_its_value_over_there() {
    #[derive(Serialize)]
    struct Data {
        list: Vec<Promise<f64>>,
        nine: Promise<f64>,
    }

    with_peer(async |js| {
        let data = Data {
            list: vec![js.square(1.0), js.square(2.0)],
            nine: js.square(3.0),
        };
        let echoed = js.as_stub().call("echo", (data,)).await.unwrap();
        let list = Value::Array(vec![Value::Number(1.0), Value::Number(4.0)]);
        let expected = [("list", list), ("nine", Value::Number(9.0))];
        assert_eq!(echoed, Value::Object(expected.into_iter().collect()));
    });
}

#[test]
fn a_field_of_a_promised_struct() {
    with_peer(async |js| {
        let outer = js.call_square(js.main(), 5.0);
        let square = (&outer.result).await.unwrap();
        assert_eq!(square.await.unwrap(), 25.0);
        assert_eq!(
            js.as_stub().call("square", (&outer.result,)).await.unwrap(),
            Value::Number(625.0)
        );
    });
}

#[test]
fn a_result_is_used_again_after_it_has_arrived() {
    with_peer(async |js| {
        let promise = js.make_counter(1.0);
        let counter = (&promise).await.unwrap();
        assert_eq!(counter.increment(None).await.unwrap(), 2.0);
        assert_eq!(promise.increment(None).await.unwrap(), 3.0);
    });
}

#[test]
fn a_result_that_nobody_awaits() {
    with_peer(async |js| {
        let counter = js.make_counter(0.0).await.unwrap();
        drop(counter.increment(5.0));
        assert_eq!(counter.value().await.unwrap(), 5.0);
    });
}
