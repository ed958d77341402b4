//! Batches as a client makes them.

use capnweb_runtime::{
    Batch, ConnectError, Connector, Disconnect, Error, Fault, Function, Promise, ReadableStream,
    SessionConfig, Value,
};
use futures_util::stream;

use super::super::support::{Frozen, in_time, seconds};
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

/// T-27: the fault is a call that is carried out with a part of a stream, whose end never comes.
#[tokio::test]
async fn t27_a_batch_with_a_stream_that_does_not_fit_is_not_sent() {
    let house = House::new();
    let url = house.open().await;
    let chunk = "x".repeat(64 * 1024);
    for (chunks, fits) in [(3, true), (8, false)] {
        let batch = batch(&url);
        let greeting = batch.main().greet(chunks.to_string());
        let words = stream::iter(std::iter::repeat_n(chunk.clone(), chunks).map(Ok::<_, Error>));
        let length = batch.main().length(ReadableStream::new(words));
        let sent = in_time(batch.send((greeting, length))).await;
        if fits {
            let (greeting, length) = sent.unwrap();
            assert_eq!(
                (greeting.unwrap(), length.unwrap()),
                ("Hi 3".into(), 3 * chunk.len())
            );
        } else {
            let refused = sent.unwrap_err();
            assert!(matches!(refused, Disconnect::StreamTooLong), "{refused:?}");
            assert_eq!(
                (refused.kind(), refused.fault()),
                ("stream_too_long", Fault::Local)
            );
        }
    }
    assert_eq!(house.calls(), ["3"], "nothing of the other one was sent");
}

/// T-27: the fault is a stream that is cut off because it had nothing to say when the batch was sent.
#[tokio::test]
async fn t27_a_batch_waits_for_its_streams() {
    let url = House::new().open().await;
    let batch = batch(&url);
    let (mut writer, reader) = ReadableStream::channel();
    let count = batch.main().count(reader);
    let (count, written) = in_time(async {
        tokio::join!(batch.send(count), async {
            for number in 0..3 {
                tokio::task::yield_now().await;
                writer.write(number).await?;
            }
            // The server has taken them all by then, or nobody ever will.
            drop(tokio::spawn(writer.close()));
            Ok::<_, Error>(())
        })
    })
    .await;
    written.unwrap();
    assert_eq!(count.unwrap().unwrap(), 3);
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

/// The fault: a batch waits for its answer as long as the whole exchange may take, whatever its calls
/// were given.
#[tokio::test]
async fn the_calls_of_a_batch_have_the_time_of_a_call() {
    let clock = Frozen::new();
    let house = House::new();
    let url = house.open().await;
    let config = SessionConfig::new().call_timeout(seconds(5));
    let hasty = Connector::new(&url).config(config).batch::<ApiStub>();
    let hasty = hasty.unwrap();
    let wanted = (hasty.main().opened(), hasty.main().square(2.0));
    let begun = tokio::time::Instant::now();
    let (opened, square) = clock.pass_until(hasty.send(wanted)).await.unwrap();
    assert!(begun.elapsed() < seconds(20), "{:?}", begun.elapsed());
    // A batch is answered as a whole, so that what was quick is late with what was not.
    for late in [opened.unwrap_err(), square.unwrap_err()] {
        assert!(
            matches!(late, Error::TimedOut(after) if after == seconds(5)),
            "{late:?}"
        );
    }
    let patient = batch(&url);
    let opened = patient.main().opened().timeout(seconds(5));
    let late = clock.pass_until(patient.send(opened)).await.unwrap();
    assert!(matches!(late, Err(Error::TimedOut(_))), "{late:?}");
    // Nobody waits longer for who wants nothing, or for whom it is in time.
    house.door.send_replace(true);
    let quick = batch(&url);
    let opened = quick.main().opened().timeout(seconds(5));
    let opened = clock.pass_until(quick.send(opened)).await.unwrap();
    assert_eq!(opened.unwrap(), "open");
}
