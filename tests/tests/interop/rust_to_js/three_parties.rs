//! Two sessions with this side between them: what comes from one target is used through the other.

use std::sync::atomic::Ordering;

use capnweb_runtime::{Capability as _, ErrorClass, Limits, Value, in_process};

use super::super::target::{CounterStub, Main, TargetStub};
use super::capabilities::Local;
use super::peer::{with_peer, with_two_peers};

#[test]
fn an_object_of_one_is_used_through_the_other() {
    with_two_peers(async |one, two| {
        let counter = one.make_counter(10.0).await.unwrap();
        let sum = two.increment_counter(&counter, 5.0).await.unwrap();
        assert_eq!(sum.await.unwrap(), 15.0);
        assert_eq!(counter.value().await.unwrap(), 15.0);
    });
}

#[test]
fn a_promised_object_of_one_is_used_through_the_other() {
    with_two_peers(async |one, two| {
        let sum = two
            .increment_counter(one.make_counter(20.0), 1.0)
            .await
            .unwrap();
        assert_eq!(sum.await.unwrap(), 21.0);
    });
}

#[test]
fn a_promised_value_of_one_is_an_argument_of_the_other() {
    with_two_peers(async |one, two| {
        assert_eq!(two.square(one.square(2.0)).await.unwrap(), 16.0);
    });
}

#[test]
fn a_failed_promise_of_one_fails_the_call_of_the_other() {
    with_two_peers(async |one, two| {
        let failed = one.as_stub().call("throwError", ());
        let error = two.as_stub().call("square", (failed,)).await.unwrap_err();
        assert_eq!(error.class(), ErrorClass::RangeError);
        assert_eq!(error.to_string(), "test error");
    });
}

#[test]
fn an_object_that_went_through_the_other_and_back_still_works() {
    with_two_peers(async |one, two| {
        let counter = one.make_counter(1.0).await.unwrap();
        let sent = Value::Capability(counter.as_stub().clone());
        let Value::Capability(back) = two.echo(sent).await.unwrap() else {
            panic!("a capability went");
        };
        let back: CounterStub = back.cast();
        assert_eq!(back.increment(None).await.unwrap(), 2.0);
        assert_eq!(counter.increment(None).await.unwrap(), 3.0);
    });
}

#[test]
fn a_chain_through_both_is_sent_without_waiting() {
    with_two_peers(async |one, two| {
        let counter = one.make_counter(1.0);
        let first = two.increment_counter(&counter, 1.0);
        let second = one.as_stub().call("square", (first,));
        assert_eq!(second.await.unwrap(), Value::Number(4.0));
    });
}

#[test]
fn a_target_of_each_implementation_and_this_side_between_them() {
    with_peer(async |js| {
        let (rust, session): (TargetStub, _) = in_process(
            TargetStub::new(Main::default()),
            TargetStub::new(Main::default()),
            Limits::default(),
        );
        let theirs = js.make_counter(10.0);
        let sum = rust.increment_counter(&theirs, 5.0).await.unwrap();
        assert_eq!(sum.await.unwrap(), 15.0);
        let ours = rust.make_counter(1.0);
        let sum = js.increment_counter(&ours, 1.0).await.unwrap();
        assert_eq!(sum.await.unwrap(), 2.0);
        let (lent, value) = Local::serve();
        let sum = rust.increment_counter(&lent, js.square(3.0)).await.unwrap();
        assert_eq!(sum.await.unwrap(), 9.0);
        assert_eq!(value.load(Ordering::SeqCst), 9);
        drop((theirs, ours, lent));
        rust.return_null().await.unwrap();
        rust.return_null().await.unwrap();
        let stats = session.stats();
        assert_eq!((stats.imports, stats.exports), (1, 1));
    });
}
