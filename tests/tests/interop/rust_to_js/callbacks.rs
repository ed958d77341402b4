//! Functions and objects of this side's, called and kept by the target.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use capnweb_runtime::{Capability as _, Error, Function, Result, Value};

use super::super::target::{Callback, CallbackStub, CounterStub, Main, TargetStub};
use super::peer::with_peer;

/// Hears, counts, and tells when it is let go.
struct Listener {
    heard: AtomicUsize,
    dropped: Arc<AtomicUsize>,
}

impl Listener {
    fn serve(dropped: &Arc<AtomicUsize>) -> CallbackStub {
        CallbackStub::new(Self {
            heard: AtomicUsize::new(0),
            dropped: Arc::clone(dropped),
        })
    }
}

impl Callback for Listener {
    async fn notify(&self, message: String) -> Result<Value> {
        let count = self.heard.fetch_add(1, Ordering::SeqCst) + 1;
        Ok(Value::String(format!("heard {message} {count}")))
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.dropped.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn a_function_is_called() {
    with_peer(async |js| {
        let tenfold = Function::new(|i: Value| async move {
            let Value::Number(i) = i else {
                return Err(Error::type_error("not a number"));
            };
            Ok(Value::Number(i * 10.0))
        });
        let called = js.call_function(tenfold, Value::Number(4.0)).await.unwrap();
        assert_eq!(called.result, Value::Number(40.0));
    });
}

#[test]
fn a_function_may_call_back_before_it_answers() {
    with_peer(async |js| {
        let api = js.main();
        let squared = Function::new(move |_: Value| {
            let square = api.square(7.0);
            async move { Ok(Value::Number(square.await?)) }
        });
        let called = js.call_function(squared, Value::Null).await.unwrap();
        assert_eq!(called.result, Value::Number(49.0));
    });
}

#[test]
fn a_function_gets_a_capability_of_the_targets() {
    with_peer(async |js| {
        let increment =
            Function::new(|counter: CounterStub| async move { counter.increment(5.0).await });
        let counter = js.make_counter(1.0);
        let called = js
            .as_stub()
            .call("callFunction", (increment, &counter))
            .await
            .unwrap();
        let expected = [("result", Value::Number(6.0))];
        assert_eq!(called, Value::Object(expected.into_iter().collect()));
    });
}

#[test]
fn a_function_that_returns_a_function() {
    with_peer(async |js| {
        let times = Function::new(|i: f64| async move {
            Ok(Function::new(move |j: f64| async move { Ok(i * j) }))
        });
        let called = js.as_stub().call("callFunction", (times, 6));
        let product = called.call("result", (7,)).await.unwrap();
        assert_eq!(product, Value::Number(42.0));
    });
}

#[test]
fn an_object_is_called_and_its_promise_comes_back() {
    with_peer(async |js| {
        let ours = TargetStub::new(Main::default());
        let squared = js.call_square(ours, 6.0).await.unwrap();
        assert_eq!(squared.result.await.unwrap(), 36.0);
    });
}

#[test]
fn a_kept_callback_is_called_later_and_let_go_when_replaced() {
    with_peer(async |js| {
        let nothing = js.trigger_callback().await.unwrap();
        assert_eq!(nothing, Value::String("no callback".into()));

        let (first, second) = (Arc::default(), Arc::default());
        js.register_callback(Listener::serve(&first)).await.unwrap();
        for heard in ["heard ping 1", "heard ping 2"] {
            assert_eq!(
                js.trigger_callback().await.unwrap(),
                Value::String(heard.into())
            );
        }
        js.here(0, 1).await;
        js.there(1, 0).await;

        js.register_callback(Listener::serve(&second))
            .await
            .unwrap();
        let heard = js.trigger_callback().await.unwrap();
        assert_eq!(heard, Value::String("heard ping 1".into()));
        js.here(0, 1).await;
        assert_eq!(first.load(Ordering::SeqCst), 1, "the first was let go");
        assert_eq!(second.load(Ordering::SeqCst), 0, "the second is kept");

        // The target keeps one until its session ends; a function of its own takes the place.
        let square = js.as_stub().get("square").await.unwrap();
        js.as_stub()
            .call("registerCallback", (square,))
            .await
            .unwrap();
        js.here(0, 0).await;
        assert_eq!(second.load(Ordering::SeqCst), 1);
    });
}
