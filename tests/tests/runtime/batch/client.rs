//! Batches as a client makes them.

use capnweb_runtime::{
    Batch, ConnectError, Disconnect, Error, Function, Promise, ReadableStream, Value,
};
use futures_util::stream;

use super::super::support::in_time;
use super::api::{ApiStub, House};

fn batch(url: &str) -> Batch<ApiStub> {
    Batch::new(url).expect("it is a URL")
}

#[tokio::test]
async fn what_is_wanted_comes_back_in_its_shape() {
    let url = House::new().open().await;
    let batch = batch(&url);
    let name = batch.main().user().name();
    let squares: Vec<Promise<f64>> = (1..4_u8)
        .map(|n| batch.main().square(f64::from(n)))
        .collect();
    let pair = [batch.main().greet("A"), batch.main().greet("B")];
    let failing = batch.main().fail();
    let wanted = (name, squares, pair, Some(failing), ());
    let sending = Box::pin(batch.send(wanted));
    let (name, squares, [a, b], failing, ()) = in_time(sending).await.unwrap();
    assert_eq!(name.unwrap(), "Ann");
    let squares: Vec<f64> = squares.into_iter().map(Result::unwrap).collect();
    assert_eq!(squares, [1.0, 4.0, 9.0]);
    assert_eq!((a.unwrap(), b.unwrap()), ("Hi A".into(), "Hi B".into()));
    assert_eq!(failing.unwrap().unwrap_err().to_string(), "nope");
}

#[tokio::test]
async fn a_promise_goes_in_where_its_value_would() {
    let url = House::new().open().await;
    let batch = batch(&url);
    let name = batch.main().user().name();
    let greeting = batch.main().greet(name);
    assert_eq!(batch.send(greeting).await.unwrap().unwrap(), "Hi Ann");
}

/// T-22, T-23: the one way to lose a result is not to send the batch for it.
#[tokio::test]
async fn what_was_not_wanted_has_ended_with_the_batch() {
    let house = House::new();
    let url = house.open().await;
    let batch = batch(&url);
    let main = batch.main().clone();
    let wanted = main.square(2.0);
    let also = wanted.clone();
    let unwanted = main.greet("Bob");
    let user = main.user();
    let (four, user) = batch.send((wanted, user)).await.unwrap();
    assert_eq!(four.unwrap(), 4.0);
    assert_eq!(also.await.unwrap(), 4.0, "the same result");
    assert_eq!(house.calls(), ["Bob"], "it was called");
    for late in [
        unwanted.await.unwrap_err(),
        main.greet("Ann").await.unwrap_err(),
        user.unwrap().name().await.unwrap_err(),
    ] {
        assert!(
            matches!(late, Error::Disconnected(Disconnect::BatchEnded)),
            "{late:?}"
        );
        assert_eq!(late.to_string(), "Batch RPC request ended.");
    }
}

/// T-27: the fault is a stream of which nothing goes along, because nobody has polled it when the
/// batch is sent, or because there is much in front of it.
#[tokio::test]
async fn t27_short_streams_go_along_with_a_batch() {
    let url = House::new().open().await;
    let batch = batch(&url);
    let name = "x".repeat(2 * 1024 * 1024);
    let greeting = batch.main().greet(name.clone());
    let numbers = stream::iter((0..10_u8).map(Ok::<u8, Error>));
    let count = batch.main().count(ReadableStream::new(numbers));
    let (greeting, count) = in_time(batch.send((greeting, count))).await.unwrap();
    assert_eq!(greeting.unwrap().len(), "Hi ".len() + name.len());
    assert_eq!(count.unwrap(), 10);
}

/// T-22: the fault is a call that is made although its batch was given up.
#[tokio::test]
async fn a_batch_that_is_dropped_is_never_sent() {
    let house = House::new();
    let url = house.open().await;
    let batch = batch(&url);
    let promise = batch.main().greet("Bob");
    drop(batch);
    assert!(promise.await.unwrap_err().is_disconnected());
    let after = self::batch(&url);
    after.send(()).await.unwrap();
    assert!(house.calls().is_empty());
    assert_eq!(house.census.born(), 1, "the empty batch was sent");
}

/// T-25: the server may call back, and nothing comes of it.
#[tokio::test]
async fn callbacks_are_called_and_not_answered() {
    let url = House::new().open().await;
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let callback = Function::new(move |number: f64| {
        tell.send(number).unwrap();
        async { Ok(Value::Null) }
    });
    let batch = batch(&url);
    let telling = batch.main().tell(callback.clone());
    let asking = batch.main().ask(callback);
    let (telling, asking) = batch.send((telling, asking)).await.unwrap();
    assert_eq!(telling.unwrap(), "ok");
    let unanswered = asking.unwrap_err().to_string();
    assert_eq!(unanswered, "Batch RPC request ended.");
    assert_eq!(told.recv().await, Some(3.0));
}

#[tokio::test]
async fn what_is_no_http_url_is_refused_unasked() {
    for url in ["", "nonsense", "ws://localhost/", "http://", "ftp://x/"] {
        let error = Batch::<ApiStub>::new(url).unwrap_err();
        assert!(matches!(error, ConnectError::Url(_)), "{url}: {error:?}");
    }
}
