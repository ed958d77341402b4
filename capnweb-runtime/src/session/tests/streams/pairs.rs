//! Two of our sessions, or more, with streams between them; in the end nothing is left in any.

use futures_util::StreamExt as _;
use futures_util::stream::iter;

use super::theatre::{Theatre, method, pair, text};
use crate::data::{from_value, to_value};
use crate::error::Error;
use crate::hook::{Outcome, Stub, Value};
use crate::session::tests::support::{Net, call, failure, is, string};
use crate::typed::{ReadableStream, WritableStream};

fn stream(chunks: impl IntoIterator<Item = String>) -> Value {
    let chunks: Vec<String> = chunks.into_iter().collect();
    to_value(&ReadableStream::<String>::new(iter(chunks))).unwrap()
}

fn texts(outcome: Outcome) -> Vec<String> {
    match outcome {
        Ok(Value::Array(chunks)) => chunks.iter().map(text).collect(),
        other => panic!("{other:?}"),
    }
}

fn numbers(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|number| number.to_string())
}

#[tokio::test]
async fn a_long_stream_arrives_whole_and_in_order() {
    let (_theatre, net, remote, _home) = pair();
    let read = call(&remote, "readAll", [stream(numbers(20_000))]);
    let read = texts(net.value(&read).await);
    assert!(read.into_iter().eq(numbers(20_000)));
    net.is_clean().await;
}

/// There and back: what is passed on is a pipe of its own at each step (P-27).
#[tokio::test]
async fn p27_a_stream_goes_through_three_parties() {
    let theatre = Theatre::new();
    let mut net = Net::new();
    let (middle, _home) = net.connect(&theatre.stub(), &theatre.stub());
    let (far, _farther) = net.connect(&theatre.stub(), &theatre.stub());
    let to_far = method(move |args| {
        let read = call(&far, "readAll", args);
        async move { crate::session::tests::support::value(&read).await }
    });
    let read = call(&middle, "relay", [stream(numbers(500)), to_far]);
    let read = texts(net.value(&read).await);
    assert!(read.into_iter().eq(numbers(500)));
    drop(middle);
}

#[tokio::test]
async fn p27_a_writable_comes_home_through_its_peer() {
    let (theatre, net, remote, _home) = pair();
    let ours = to_value(&theatre.collector()).unwrap();
    let there = call(&remote, "echo", [ours]);
    let back = net.value(&there).await.unwrap();
    drop(there);
    let mut sink: WritableStream<String> = from_value(back).unwrap();
    let writing = tokio::spawn(async move {
        for chunk in ["a", "b", "c"] {
            sink.write(chunk.to_owned()).await?;
        }
        sink.close().await
    });
    net.run().await;
    writing.await.unwrap().unwrap();
    assert_eq!(theatre.log.take(), ["chunk a", "chunk b", "chunk c"]);
    net.is_clean().await;
}

#[tokio::test]
async fn p27_the_failure_of_a_sink_comes_back_through_its_peer() {
    let (_theatre, net, remote, _home) = pair();
    let made = call(&remote, "getFailingSink", [Value::Number(1.0)]);
    let failing = net.value(&made).await.unwrap();
    drop(made);
    let there = call(&remote, "echo", [failing]);
    let back = net.value(&there).await.unwrap();
    drop(there);
    let mut sink: WritableStream<String> = from_value(back).unwrap();
    let writing = tokio::spawn(async move {
        for chunk in ["a", "b", "c"] {
            sink.write(chunk.to_owned()).await?;
        }
        sink.close().await
    });
    net.run().await;
    let failed = writing.await.unwrap().unwrap_err();
    assert_eq!(failed.to_string(), "disk full");
    net.is_clean().await;
}

/// What is dropped before the release of the call reaches the peer is cancelled there.
#[tokio::test]
async fn p27_dropping_what_was_passed_on_cancels_at_the_source() {
    let (_theatre, net, remote, _home) = pair();
    let made = call(&remote, "getStream", [string("a"), string("b")]);
    let made = net.value(&made).await.unwrap();
    is(
        net.value(&call(&remote, "ignore", [made])).await,
        Value::Undefined,
    );
    net.is_clean().await;
}

/// A slow reader holds back its writer, and nobody else on the connection.
#[tokio::test]
async fn a_slow_reader_holds_back_its_writer_and_nobody_else() {
    let (_theatre, net, remote, _home) = pair();
    let produced = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counting = std::sync::Arc::clone(&produced);
    let endless = futures_util::stream::repeat_with(move || {
        counting.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        "x".repeat(10_000)
    });
    let slow = to_value(&ReadableStream::<String>::new(endless)).unwrap();
    is(
        net.value(&call(&remote, "lazy", [slow])).await,
        string("got"),
    );
    net.run().await;
    let ahead = produced.load(std::sync::atomic::Ordering::SeqCst);
    assert!((26..=30).contains(&ahead), "{ahead} chunks for nobody");
    let read = call(&remote, "readAll", [stream(numbers(5000))]);
    assert_eq!(texts(net.value(&read).await).len(), 5000);
    assert_eq!(produced.load(std::sync::atomic::Ordering::SeqCst), ahead);
    assert!(net.value(&call(&remote, "next", [])).await.is_ok());
    assert!(net.value(&call(&remote, "next", [])).await.is_ok());
    assert!(produced.load(std::sync::atomic::Ordering::SeqCst) > ahead);
    is(
        net.value(&call(&remote, "forget", [])).await,
        Value::Undefined,
    );
    // The source learns of it with the answer to a write.
    net.is_clean().await;
}

/// Two streams that are always ready, and a bystander's calls, over one connection.
#[tokio::test]
async fn streams_that_are_always_ready_starve_nobody() {
    let (_theatre, net, remote, _home) = pair();
    let large = || stream((0..400).map(|_| "x".repeat(10_000)));
    let first = call(&remote, "readAll", [large()]);
    let second = call(&remote, "readAll", [large()]);
    drop(net.log(0));
    let asked: Vec<Stub> = (0..5)
        .map(|_| call(&remote, "echo", [string("?")]))
        .collect();
    for asked in &asked {
        is(net.value(asked).await, string("?"));
    }
    let (first, second) = (net.value(&first).await, net.value(&second).await);
    assert_eq!((texts(first).len(), texts(second).len()), (400, 400));
    let log = net.log(0);
    let position = |what: &str| log.iter().position(|line| line.contains(what)).unwrap();
    let written = |pipe: &str| {
        let write = format!(r#"["pipeline",{pipe},["write"]"#);
        log.iter()
            .take(100)
            .filter(|line| line.contains(&write))
            .count()
    };
    // Both streams, and the answers, are there long before either stream has ended.
    assert!(
        written("1") > 10 && written("3") > 10,
        "{} {}",
        written("1"),
        written("3")
    );
    assert!(position(r#"["resolve",5,"?"]"#) < 200);
    net.is_clean().await;
}

#[tokio::test]
async fn a_stream_of_capabilities_hands_each_to_the_reader() {
    let (_theatre, net, remote, _home) = pair();
    let double = || {
        method(|args| async move {
            match args.first() {
                Some(Value::Number(number)) => Ok(Value::Number(number * 2.0)),
                _ => Err(Error::type_error("no number")),
            }
        })
    };
    let functions = ReadableStream::<Value>::new(iter([double(), double()]));
    let made = call(&remote, "echo", [to_value(&functions).unwrap()]);
    let mut back: ReadableStream<Stub> = from_value(net.value(&made).await.unwrap()).unwrap();
    drop(made);
    for _ in 0..2 {
        let reading = tokio::spawn(async move {
            let function = back.next().await.unwrap().unwrap();
            let doubled = function.call((), (21,)).await;
            (back, doubled)
        });
        net.run().await;
        let doubled;
        (back, doubled) = reading.await.unwrap();
        is(doubled, Value::Number(42.0));
    }
    drop(back);
    net.is_clean().await;
}

/// Streams within a process need no session; there is no window either (P-17).
#[tokio::test]
async fn p17_within_a_process_each_write_waits_for_its_reader() {
    let (mut writer, mut reader) = ReadableStream::<String>::channel();
    let writing = tokio::spawn(async move {
        for number in numbers(3) {
            writer.write(number).await?;
        }
        writer.close().await
    });
    crate::session::tests::support::settle().await;
    assert!(!writing.is_finished(), "nobody reads");
    for number in numbers(3) {
        assert_eq!(reader.next().await.unwrap().unwrap(), number);
    }
    assert!(reader.next().await.is_none());
    assert!(reader.next().await.is_none());
    writing.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_chunk_of_another_type_ends_the_stream_for_both() {
    let (theatre, net, remote, _home) = pair();
    let endless = futures_util::stream::repeat("x".repeat(100_000));
    let log = theatre.log.clone();
    let noting = move |reason: Error| log.note(format!("cancelled: {reason}"));
    let stream = ReadableStream::<String>::with_cancel(endless, noting);
    let made = call(&remote, "echo", [to_value(&stream).unwrap()]);
    let back = net.value(&made).await.unwrap();
    let mut back: ReadableStream<u32> = from_value(back).unwrap();
    let reading = tokio::spawn(async move {
        let first = back.next().await.unwrap();
        (first, back.next().await.is_none())
    });
    net.run().await;
    let (first, ended) = reading.await.unwrap();
    assert!(ended);
    let message = failure(first.map(|_| Value::Null));
    assert!(message.starts_with("chunk: "), "{message}");
    assert_eq!(theatre.log.take(), [format!("cancelled: {message}")]);
    drop(made);
    net.is_clean().await;
}
