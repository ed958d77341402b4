//! Batches, sent to the JavaScript target over HTTP.

use capnweb_runtime::{Batch, ErrorClass, Promise, Value};

use super::super::support::{in_time, node, runtime};
use super::super::target::TargetStub;

/// Runs a test with a target of its own; it is given what makes a batch.
fn with_target(test: impl AsyncFnOnce(&dyn Fn() -> Batch<TargetStub>)) {
    let Some(node) = node() else { return };
    let (_target, url) = node.target().unwrap_or_else(|error| panic!("{error}"));
    let url = url.replace("ws://", "http://");
    let batch = || Batch::new(&url).expect("it is a URL");
    runtime().block_on(in_time(test(&batch)));
}

#[test]
fn calls_that_were_made_together_are_answered_together() {
    with_target(async |batch| {
        let batch = batch();
        let js = batch.main();
        let sum = js.add(1.0, 2.0);
        let squares: Vec<Promise<f64>> = (0..100_u8).map(|n| js.square(f64::from(n))).collect();
        let failing = js.throw_error();
        let (sum, squares, failing) = batch.send((sum, squares, failing)).await.unwrap();
        assert_eq!(sum.unwrap(), 3.0);
        assert_eq!(squares.len(), 100);
        assert_eq!(
            squares.into_iter().map(Result::unwrap).sum::<f64>(),
            328_350.0
        );
        let error = failing.unwrap_err();
        assert_eq!(
            (error.class(), error.to_string()),
            (ErrorClass::RangeError, "test error".to_owned())
        );
    });
}

#[test]
fn results_are_used_before_they_come_back() {
    with_target(async |batch| {
        let batch = batch();
        let js = batch.main();
        let counter = js.make_counter(10.0);
        let (one, five) = (counter.increment(None), counter.increment(5.0));
        let square = js.square(js.add(1.0, 2.0));
        let (one, five, square) = batch.send((one, five, square)).await.unwrap();
        let answers = [one.unwrap(), five.unwrap(), square.unwrap()];
        assert_eq!(answers, [11.0, 16.0, 9.0]);
    });
}

#[test]
fn values_come_back() {
    with_target(async |batch| {
        let batch = batch();
        let values = [
            Value::Null,
            Value::Undefined,
            Value::String("ä\n".to_owned()),
            Value::Array(vec![Value::Array(Vec::new())]),
        ];
        let asked: Vec<_> = values
            .iter()
            .map(|value| batch.main().echo(value.clone()))
            .collect();
        let answers = batch.send(asked).await.unwrap();
        let answers: Vec<Value> = answers.into_iter().map(Result::unwrap).collect();
        assert_eq!(answers, values);
    });
}

#[test]
fn what_was_not_wanted_has_ended() {
    with_target(async |batch| {
        let batch = batch();
        let unwanted = batch.main().square(2.0);
        let main = batch.main().clone();
        batch.send(()).await.unwrap();
        for late in [unwanted.await, main.square(3.0).await] {
            assert_eq!(late.unwrap_err().to_string(), "Batch RPC request ended.");
        }
    });
}
