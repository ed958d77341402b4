//! Plain calls: arguments in, a value or nothing out.

use capnweb_runtime::{Capability as _, Function, Promise, Value};
use tokio::sync::oneshot;

use super::peer::with_peer;

#[test]
fn numbers_strings_and_lists_come_back() {
    with_peer(async |js| {
        assert_eq!(js.square(-1.5).await.unwrap(), 2.25);
        assert_eq!(js.add(1.0, 2.0).await.unwrap(), 3.0);
        assert_eq!(js.greet("World").await.unwrap(), "Hello, World!");
        assert_eq!(js.get_list().await.unwrap(), [1.0, 2.0, 3.0, 4.0, 5.0]);
        let numbers = js.generate_fibonacci(8).await.unwrap();
        assert_eq!(numbers, [0.0, 1.0, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0]);
    });
}

#[test]
fn null_is_none_and_undefined_is_nothing() {
    with_peer(async |js| {
        assert_eq!(js.return_null().await.unwrap(), None);
        js.return_undefined().await.unwrap();
        let untyped = js.as_stub();
        assert_eq!(untyped.call("returnNull", ()).await.unwrap(), Value::Null);
        let undefined = untyped.call("returnUndefined", ()).await.unwrap();
        assert_eq!(undefined, Value::Undefined);
    });
}

#[test]
fn a_parameter_left_out_takes_the_callees_default() {
    with_peer(async |js| {
        let counter = js.make_counter(1.0).await.unwrap();
        assert_eq!(counter.increment(None).await.unwrap(), 2.0);
        assert_eq!(counter.increment(5.0).await.unwrap(), 7.0);
        let nothing = counter.as_stub().call("increment", ((),)).await.unwrap();
        assert_eq!(nothing, Value::Number(8.0), "undefined in its place");
    });
}

#[test]
fn calls_arrive_in_the_order_made() {
    with_peer(async |js| {
        let counter = js.make_counter(0.0);
        let calls: Vec<Promise<f64>> = (0..100).map(|_| counter.increment(None)).collect();
        let mut expected = 0.0;
        for call in calls {
            expected += 1.0;
            assert_eq!(call.await.unwrap(), expected);
        }
    });
}

#[test]
fn an_answer_may_take_its_time_and_others_overtake_it() {
    with_peer(async |js| {
        let (finish, told) = oneshot::channel::<f64>();
        let told = std::sync::Mutex::new(Some(told));
        let slow = Function::new(move |_: Value| {
            let told = told.lock().unwrap().take().expect("called once");
            async move { Ok(Value::Number(told.await.unwrap())) }
        });
        let slow = js.call_function(slow, Value::Null);
        assert_eq!(js.square(3.0).await.unwrap(), 9.0);
        finish.send(1.0).unwrap();
        assert_eq!(slow.await.unwrap().result, Value::Number(1.0));
    });
}

#[test]
fn a_large_message_goes_through() {
    with_peer(async |js| {
        let text = "0123456789abcdef".repeat(64 * 1024);
        let echoed = js.echo(Value::String(text.clone())).await.unwrap();
        assert_eq!(echoed, Value::String(text));
    });
}

#[test]
fn properties_are_read_when_they_are_read() {
    with_peer(async |js| {
        let counter = js.make_counter(5.0).await.unwrap();
        assert_eq!(counter.value().await.unwrap(), 5.0);
        counter.increment(2.0).await.unwrap();
        assert_eq!(counter.value().await.unwrap(), 7.0);
        let absent = counter.as_stub().get("nope").await.unwrap();
        assert_eq!(absent, Value::Undefined);
    });
}

#[test]
fn a_method_read_as_a_property_is_a_function() {
    with_peer(async |js| {
        let square = js.as_stub().get("square").await.unwrap();
        let Value::Capability(square) = square else {
            panic!("{square:?}");
        };
        assert_eq!(square.call((), (9,)).await.unwrap(), Value::Number(81.0));
    });
}
