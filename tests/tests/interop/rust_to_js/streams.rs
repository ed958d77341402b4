//! Streams of the target's that are read and written here, and the other way round.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use capnweb_runtime::{Bytes, Error, ErrorClass, ReadableStream, Value, WritableStream};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::super::streams::Collected;
use super::super::target::TargetStub;
use super::peer::with_peer;

fn texts(texts: &[&str]) -> Vec<Value> {
    let texts = texts.iter().map(|text| Value::String((*text).to_owned()));
    texts.collect()
}

/// Looks again after each of a number of round trips, until something is there.
async fn eventually<T>(js: &TargetStub, look: impl AsyncFn() -> Option<T>) -> T {
    for _ in 0..50 {
        if let Some(found) = look().await {
            return found;
        }
        js.return_null().await.unwrap();
    }
    panic!("it never came");
}

/// A stream that says why it was cancelled.
fn tracked<T: capnweb_runtime::Wire>(
    chunks: impl stream::Stream<Item = T> + Send + 'static,
) -> (ReadableStream<T>, Arc<Mutex<Option<String>>>) {
    let cancelled = Arc::<Mutex<Option<String>>>::default();
    let told = Arc::clone(&cancelled);
    let stream = ReadableStream::with_cancel(chunks, move |reason| {
        *told.lock().unwrap() = Some(reason.to_string());
    });
    (stream, cancelled)
}

#[test]
fn a_stream_of_the_targets_is_read_to_its_end() {
    with_peer(async |js| {
        for chunks in [texts(&["a", "b", "c"]), Vec::new()] {
            let stream = js.make_stream(&chunks).await.unwrap();
            let read: Vec<Value> = stream.try_collect().await.unwrap();
            assert_eq!(read, chunks);
        }
    });
}

#[test]
fn a_long_stream_of_the_targets_arrives_whole_and_in_order() {
    with_peer(async |js| {
        let mut stream = js.make_byte_stream(3_000_000, 10_007).await.unwrap();
        let mut position = 0_usize;
        while let Some(chunk) = stream.next().await {
            for byte in chunk.unwrap().iter() {
                assert_eq!(usize::from(*byte), position & 255);
                position += 1;
            }
        }
        assert_eq!(position, 3_000_000);
        let large = js.make_large_chunk_stream(1_000_000).await.unwrap();
        let large: Vec<Bytes> = large.try_collect().await.unwrap();
        assert_eq!(large.len(), 1);
        assert_eq!(large[0].len(), 1_000_000);
    });
}

#[test]
fn a_source_of_the_targets_fails() {
    with_peer(async |js| {
        let failing = js.make_error_stream(2).await.unwrap();
        let failed = failing.try_collect::<Vec<f64>>().await.unwrap_err();
        assert_eq!(failed.to_string(), "ts source exploded");
    });
}

#[test]
fn a_reader_here_cancels_and_the_target_learns_why() {
    with_peer(async |js| {
        let source = js.make_stream_source().await.unwrap();
        let mut infinite = source.make_infinite_stream().await.unwrap();
        assert_eq!(infinite.next().await.unwrap().unwrap(), 0.0);
        infinite.cancel(Error::range_error("seen enough"));
        let reason = eventually(js, async || source.get_cancel_reason().await.unwrap()).await;
        assert_eq!(reason, "RangeError: seen enough");

        let mut infinite = source.make_infinite_stream().await.unwrap();
        assert_eq!(infinite.next().await.unwrap().unwrap(), 0.0);
        drop(infinite);
        let dropped = "Error: The ReadableStream was dropped before its end";
        let why = async || source.get_cancel_reason().await.unwrap();
        eventually(js, async || why().await.filter(|reason| reason == dropped)).await;
        drop(source.make_infinite_stream().await.unwrap());
        let unread = "Error: ReadableStream RPC stub was disposed without being consumed";
        eventually(js, async || why().await.filter(|reason| reason == unread)).await;
    });
}

#[test]
fn the_target_reads_a_stream_of_ours() {
    with_peer(async |js| {
        let chunks = texts(&["a", "b"]);
        let ours = ReadableStream::new(stream::iter(chunks.clone()));
        assert_eq!(js.collect_stream(ours).await.unwrap(), chunks);
        let bytes = stream::iter((0..300).map(|_| Bytes::from(vec![0; 10_000])));
        let sum = js.sum_byte_stream(ReadableStream::new(bytes)).await;
        assert_eq!(sum.unwrap(), 3_000_000);
        let words = stream::iter((0..40).map(|_| Value::String("x".repeat(20_000))));
        let count = js.collect_stream_slow(ReadableStream::new(words), 1).await;
        assert_eq!(count.unwrap(), 40);
    });
}

#[test]
fn the_target_cancels_a_stream_of_ours() {
    with_peer(async |js| {
        let words = stream::repeat_with(|| Value::String("x".repeat(1000)));
        let (ours, cancelled) = tracked(words);
        let read = js.read_stream_partial(ours, 3).await.unwrap();
        assert_eq!(read.len(), 3);
        let reason = eventually(js, async || cancelled.lock().unwrap().clone()).await;
        assert_eq!(reason, "reader had enough");
    });
}

#[test]
fn a_source_of_ours_fails() {
    with_peer(async |js| {
        let chunks = [Ok(Value::Null), Err(Error::range_error("torn"))];
        let ours = ReadableStream::new(stream::iter(chunks));
        let failed = js.collect_stream(ours).await.unwrap_err();
        assert_eq!(failed.class(), ErrorClass::RangeError);
        assert_eq!(failed.to_string(), "torn");
    });
}

#[test]
fn the_target_writes_to_a_sink_of_ours() {
    with_peer(async |js| {
        let seen = Arc::<Mutex<Vec<Value>>>::default();
        let keeping = Arc::clone(&seen);
        let sink = WritableStream::from_fn(move |chunk: Value| {
            keeping.lock().unwrap().push(chunk);
            async { Ok(()) }
        });
        let chunks = texts(&["a", "b"]);
        assert_eq!(js.write_to_writable(sink, &chunks).await.unwrap(), "ok");
        assert_eq!(*seen.lock().unwrap(), chunks);

        let failing =
            WritableStream::from_fn(|_: Value| async { Err(Error::range_error("disk full")) });
        let failed = js.write_to_writable(failing, &chunks).await.unwrap_err();
        assert_eq!(failed.to_string(), "disk full");
    });
}

#[test]
fn a_sink_of_the_targets_is_written_to() {
    with_peer(async |js| {
        let collector = js.make_collector().await.unwrap();
        let mut writable = collector.get_writable().await.unwrap();
        for chunk in texts(&["a", "b", "c"]) {
            writable.write(chunk).await.unwrap();
        }
        writable.close().await.unwrap();
        let expected = Collected {
            chunks: texts(&["a", "b", "c"]),
            closed: true,
            error: None,
        };
        assert_eq!(collector.get_state().await.unwrap(), expected);
    });
}

#[test]
fn a_sink_of_the_targets_is_aborted() {
    with_peer(async |js| {
        let collector = js.make_collector().await.unwrap();
        let error = async || collector.get_state().await.unwrap().error;
        let mut writable = collector.get_writable().await.unwrap();
        writable.write(Value::Null).await.unwrap();
        writable.abort(Error::type_error("changed my mind")).await;
        let reason = eventually(js, error).await;
        assert_eq!(reason, "TypeError: changed my mind");

        drop(collector.get_writable().await.unwrap());
        let disposed = "Error: WritableStream RPC stub was disposed without calling close()";
        eventually(js, async || {
            error().await.filter(|reason| reason == disposed)
        })
        .await;
    });
}

#[test]
fn a_sink_of_the_targets_fails() {
    with_peer(async |js| {
        let collector = js.make_collector().await.unwrap();
        let mut writable = collector.get_failing_writable(2).await.unwrap();
        let failed = loop {
            if let Err(error) = writable.write(Value::Null).await {
                break error;
            }
        };
        assert_eq!(failed.to_string(), "collector sink failed");
        let closed = writable.close().await.unwrap_err();
        assert_eq!(closed.to_string(), "collector sink failed");
        assert_eq!(collector.get_state().await.unwrap().chunks.len(), 2);
    });
}

/// The target holds back: our source is asked for no more than a window ahead of it.
#[test]
fn a_slow_reader_of_the_targets_holds_back_our_source() {
    with_peer(async |js| {
        let produced = Arc::<std::sync::atomic::AtomicUsize>::default();
        let counting = Arc::clone(&produced);
        let words = stream::repeat_with(move || {
            counting.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            Value::String("x".repeat(10_000))
        });
        let started = Instant::now();
        let slow = js.collect_stream_slow(ReadableStream::new(words.take(100)), 20);
        let looking = async {
            js.slow_method(200).await.unwrap();
            let produced = produced.load(std::sync::atomic::Ordering::SeqCst);
            // It waits that long after each: it cannot have read more.
            let read = started.elapsed().as_millis() / 20 + 1;
            produced.saturating_sub(usize::try_from(read).unwrap())
        };
        let (count, ahead) = tokio::join!(slow.into_future(), looking);
        assert!(ahead <= 60, "{ahead} chunks ahead");
        assert_eq!(count.unwrap(), 100);
    });
}
