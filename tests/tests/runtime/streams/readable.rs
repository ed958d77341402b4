//! Streams that are read, in results and in arguments.

use capnweb_runtime::{Capability as _, Error, ErrorClass, ReadableStream, Result, Value};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::studio::{Notes, eventually, noted, noting, with_studio};

#[tokio::test]
async fn a_result_is_read_to_its_end() {
    with_studio(async |studio| {
        let numbers = studio.numbers(1000).await.unwrap();
        let numbers: Vec<u32> = numbers.try_collect().await.unwrap();
        assert!(numbers.into_iter().eq(0..1000));
        let mut none = studio.numbers(0).await.unwrap();
        assert!(none.next().await.is_none());
        assert!(none.next().await.is_none(), "it stays at its end");
    })
    .await;
}

#[tokio::test]
async fn an_argument_is_read_to_its_end() {
    with_studio(async |studio| {
        let numbers = ReadableStream::new(stream::iter(1..=100));
        assert_eq!(studio.sum(numbers).await.unwrap(), 5050);
        let none = ReadableStream::new(stream::empty::<u32>());
        assert_eq!(studio.sum(none).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_source_that_fails_fails_its_reader() {
    with_studio(async |studio| {
        let mut failing = studio.failing(2).await.unwrap();
        assert_eq!(failing.next().await.unwrap().unwrap(), 0);
        // What lies unread when it fails is lost; how much that is, is a matter of time.
        let error = loop {
            if let Err(error) = failing.next().await.unwrap() {
                break error;
            }
        };
        assert_eq!(error.class(), ErrorClass::RangeError);
        assert_eq!(error.to_string(), "source exploded");
        assert!(failing.next().await.is_none(), "that was its end");

        let chunks = [Ok(1), Err(Error::type_error("no more"))];
        let failing = ReadableStream::new(stream::iter(chunks));
        let failed = studio.sum(failing).await.unwrap_err();
        assert_eq!(failed.to_string(), "no more");
    })
    .await;
}

#[tokio::test]
async fn a_reader_that_cancels_tells_the_source_why() {
    with_studio(async |studio| {
        let mut endless = studio.endless().await.unwrap();
        assert_eq!(endless.next().await.unwrap().unwrap().len(), 10_000);
        endless.cancel(Error::new("seen enough"));
        noted(studio, &["cancelled: seen enough"]).await;

        let notes = Notes::default();
        let endless = noting(&notes, stream::repeat("y".repeat(1000)));
        let some = studio.some(endless, 3).await.unwrap();
        assert_eq!(some.len(), 3);
        let expected = vec!["cancelled: that is enough".to_owned()];
        eventually(
            async || {
                studio.round_trip().await;
                notes.take()
            },
            &expected,
        )
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_reader_that_is_dropped_cancels() {
    with_studio(async |studio| {
        let mut endless = studio.endless().await.unwrap();
        drop(endless.next().await);
        drop(endless);
        let dropped = "cancelled: The ReadableStream was dropped before its end";
        noted(studio, &[dropped]).await;

        let unread = "cancelled: ReadableStream RPC stub was disposed without being consumed";
        drop(studio.endless().await.unwrap());
        noted(studio, &[unread]).await;
    })
    .await;
}

#[tokio::test]
async fn an_argument_that_nobody_reads_is_cancelled() {
    with_studio(async |studio| {
        let notes = Notes::default();
        let endless = noting(&notes, stream::repeat("y".repeat(1000)));
        studio.ignore(endless).await.unwrap();
        let unread = "cancelled: ReadableStream RPC stub was disposed without being consumed";
        eventually(
            async || {
                studio.round_trip().await;
                notes.take()
            },
            &vec![unread.to_owned()],
        )
        .await;
    })
    .await;
}

/// A result that nobody asked for is let go of where it was made, with the stream in it.
#[tokio::test]
async fn a_promised_stream_that_is_dropped_is_cancelled_at_its_source() {
    with_studio(async |studio| {
        drop(studio.endless());
        let unread = "cancelled: ReadableStream RPC stub was disposed without being consumed";
        noted(studio, &[unread]).await;
    })
    .await;
}

/// The future of `next()` that is dropped must not have taken a chunk with it.
#[tokio::test]
async fn a_wait_that_is_given_up_loses_nothing() {
    with_studio(async |studio| {
        let mut numbers = studio.numbers(200).await.unwrap();
        let mut read = Vec::new();
        while read.len() < 200 {
            tokio::select! {
                biased;
                () = tokio::task::yield_now() => {}
                number = numbers.next() => read.push(number.unwrap().unwrap()),
            }
            if let Some(number) = futures_util::FutureExt::now_or_never(numbers.next()) {
                read.extend(number.transpose().unwrap());
            }
        }
        assert!(read.into_iter().eq(0..200));
        assert!(numbers.next().await.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_chunk_of_another_type_ends_the_stream() {
    with_studio(async |studio| {
        let words = studio.as_stub().call("endless", ()).await.unwrap();
        let mut numbers: ReadableStream<u32> = capnweb_runtime::from_value(words).unwrap();
        let error = numbers.next().await.unwrap().unwrap_err();
        assert_eq!(error.class(), ErrorClass::TypeError);
        assert!(error.to_string().starts_with("chunk: "), "{error}");
        assert!(numbers.next().await.is_none());
        noted(studio, &[&format!("cancelled: {error}")]).await;
    })
    .await;
}

#[tokio::test]
async fn without_a_schema_chunks_are_values() {
    with_studio(async |studio| {
        let numbers = studio.as_stub().call("numbers", (3,)).await.unwrap();
        let numbers: ReadableStream<Value> = capnweb_runtime::from_value(numbers).unwrap();
        let numbers: Vec<Value> = numbers.try_collect().await.unwrap();
        let expected = [0.0, 1.0, 2.0].map(Value::Number);
        assert_eq!(numbers, expected);
        let not_a_stream = studio.as_stub().call("sum", ("no stream",)).await;
        let error = not_a_stream.unwrap_err().to_string();
        let expected =
            "Studio.sum: parameter `numbers`: expected a readable stream, found a string";
        assert_eq!(error, expected);
    })
    .await;
}

#[tokio::test]
async fn a_channel_feeds_a_stream_and_learns_of_its_cancellation() {
    with_studio(async |studio| {
        let (mut writer, reader) = ReadableStream::channel();
        let feeding = tokio::spawn(async move {
            for number in 1..=10_u32 {
                writer.write(number).await?;
            }
            writer.close().await
        });
        assert_eq!(studio.sum(reader).await.unwrap(), 55);
        feeding.await.unwrap().unwrap();

        let (mut writer, reader) = ReadableStream::channel();
        let feeding: tokio::task::JoinHandle<Result<()>> = tokio::spawn(async move {
            loop {
                writer.write("word".to_owned()).await?;
            }
        });
        assert_eq!(studio.some(reader, 2).await.unwrap(), ["word", "word"]);
        let cancelled = feeding.await.unwrap().unwrap_err();
        assert_eq!(cancelled.to_string(), "that is enough");

        let (mut writer, reader) = ReadableStream::channel();
        let feeding = tokio::spawn(async move {
            writer.write(1_u32).await.unwrap();
            drop(writer);
        });
        let failed = studio.sum(reader).await.unwrap_err();
        let disposed = "WritableStream RPC stub was disposed without calling close()";
        assert_eq!(failed.to_string(), disposed);
        feeding.await.unwrap();
    })
    .await;
}
