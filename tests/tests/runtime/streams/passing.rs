//! Streams in data, streams that are passed on, capabilities in streams, streams behind facets.

use capnweb_runtime::{Function, ReadableStream, Result, capability};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::studio::{Notes, Parcel, StudioStub, collector, studio, with_studio};
use crate::support::{Link, over_both};

fn pages(pages: &[&str]) -> ReadableStream<String> {
    let pages: Vec<String> = pages.iter().map(|page| (*page).to_owned()).collect();
    ReadableStream::new(stream::iter(pages))
}

/// There and back again, on one connection: each way is a stream of its own.
#[tokio::test]
async fn streams_in_data_go_there_and_back() {
    with_studio(async |studio| {
        let notes = Notes::default();
        let parcel = Parcel {
            title: "news".into(),
            pages: pages(&["one", "two"]),
            reply: Some(collector(&notes, usize::MAX)),
        };
        let back = studio.bounce(parcel).await.unwrap();
        assert_eq!(back.title, "re: news");
        let read: Vec<String> = back.pages.try_collect().await.unwrap();
        assert_eq!(read, ["one", "two"]);
        let mut reply = back.reply.unwrap();
        reply.write("thanks".into()).await.unwrap();
        reply.close().await.unwrap();
        assert_eq!(notes.take(), ["thanks"]);
    })
    .await;
}

#[tokio::test]
async fn a_stream_is_passed_on_to_a_third_party() {
    with_studio(async |near| {
        let far = Link::in_process(studio());
        let numbers = near.numbers(500).await.unwrap();
        assert_eq!(far.sum(numbers).await.unwrap(), 499 * 250);
        let mut begun = near.numbers(5).await.unwrap();
        assert_eq!(begun.next().await.unwrap().unwrap(), 0);
        assert_eq!(begun.next().await.unwrap().unwrap(), 1);
        // What has not been read is handed over.
        assert_eq!(far.sum(begun).await.unwrap(), 2 + 3 + 4);
        let sink = near.collector().await.unwrap();
        far.tell(vec!["a".into(), "b".into()], sink).await.unwrap();
        super::studio::noted(near, &["a", "b"]).await;
        far.settled().await;
    })
    .await;
}

#[tokio::test]
async fn the_end_of_a_stream_goes_through_who_passed_it_on() {
    with_studio(async |near| {
        let far = Link::in_process(studio());
        let endless = near.endless().await.unwrap();
        assert_eq!(far.some(endless, 2).await.unwrap().len(), 2);
        super::studio::noted(near, &["cancelled: that is enough"]).await;
        let failed = far.sum(near.failing(1).await.unwrap()).await.unwrap_err();
        assert_eq!(failed.to_string(), "source exploded");
        let sink = near.failing_collector(0).await.unwrap();
        let failed = far.tell(vec!["a".into()], sink).await.unwrap_err();
        assert_eq!(failed.to_string(), "disk full");
        far.settled().await;
    })
    .await;
}

#[tokio::test]
async fn a_stream_is_passed_on_once() {
    with_studio(async |studio| {
        let taken = "The stream is being read, or was passed on, already.";
        let numbers = ReadableStream::new(stream::iter(0..3_u32));
        assert_eq!(studio.sum(&numbers).await.unwrap(), 3);
        let again = studio.sum(&numbers).await.unwrap_err();
        assert_eq!(again.to_string(), taken);
        let mut numbers = numbers;
        let read = numbers.next().await.unwrap().unwrap_err();
        assert_eq!(read.to_string(), taken);

        let notes = Notes::default();
        let sink = collector(&notes, usize::MAX);
        studio.tell(vec!["a".into()], &sink).await.unwrap();
        let again = studio.tell(vec!["b".into()], &sink).await.unwrap_err();
        assert!(again.to_string().ends_with(taken), "{again}");
        let mut sink = sink;
        let written = sink.write("c".into()).await.unwrap_err();
        assert_eq!(written.to_string(), taken);
        assert_eq!(notes.take(), ["a"]);
    })
    .await;
}

/// An object of this process is called without a session; its streams work the same.
#[tokio::test]
async fn streams_work_within_a_process() {
    let studio: StudioStub = studio();
    let numbers: Vec<u32> = studio
        .numbers(3)
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(numbers, [0, 1, 2]);
    let given = ReadableStream::new(stream::iter(0..4_u32));
    assert_eq!(studio.sum(given).await.unwrap(), 6);
    let mut sink = studio.collector().await.unwrap();
    sink.write("a".into()).await.unwrap();
    sink.close().await.unwrap();
    assert_eq!(studio.notes().await.unwrap(), ["a"]);
}

#[capability]
#[attenuate(ShelfReader { catalogue, whole -> Books })]
trait Shelf {
    async fn functions(&self) -> Result<ReadableStream<Function<fn(i64) -> i64>>>;
    async fn apply(&self, functions: ReadableStream<Function<fn(i64) -> i64>>) -> Result<Vec<i64>>;
    async fn catalogue(&self) -> Result<Books>;
    async fn whole(&self) -> Result<Books>;
}

/// What the macro cannot tell from data.
type Books = ReadableStream<String>;

struct Oak;

fn times(factor: i64) -> Function<fn(i64) -> i64> {
    Function::new(move |i: i64| async move { Ok(i * factor) })
}

impl Shelf for Oak {
    async fn functions(&self) -> Result<ReadableStream<Function<fn(i64) -> i64>>> {
        Ok(ReadableStream::new(stream::iter([times(2), times(3)])))
    }

    async fn apply(
        &self,
        mut functions: ReadableStream<Function<fn(i64) -> i64>>,
    ) -> Result<Vec<i64>> {
        let mut results = Vec::new();
        while let Some(function) = functions.next().await {
            results.push(function?.call(7).await?);
        }
        Ok(results)
    }

    async fn catalogue(&self) -> Result<Books> {
        Ok(pages(&["a", "b"]))
    }

    async fn whole(&self) -> Result<Books> {
        Ok(pages(&["all"]))
    }
}

#[tokio::test]
async fn chunks_may_be_capabilities() {
    over_both(
        || ShelfStub::new(Oak),
        async |shelf| {
            let functions = shelf.functions().await.unwrap();
            let functions: Vec<_> = functions.try_collect().await.unwrap();
            assert_eq!(functions[0].call(5).await.unwrap(), 10);
            assert_eq!(functions[1].call(5).await.unwrap(), 15);
            let given = ReadableStream::new(stream::iter([times(1), times(10)]));
            assert_eq!(shelf.apply(given).await.unwrap(), [7, 70]);
        },
    )
    .await;
}

/// A stream is a capability: what a facet's author has not let pass does not pass.
#[tokio::test]
async fn a_facet_hands_out_streams_only_where_it_says_so() {
    over_both(
        || ShelfStub::new(Oak),
        async |shelf| {
            let reader: ShelfReaderStub = shelf.attenuate();
            let all: Vec<String> = reader.whole().await.unwrap().try_collect().await.unwrap();
            assert_eq!(all, ["all"]);
            let refused = reader.catalogue().await.unwrap_err();
            let expected = "The result holds a capability that the facet does not grant.";
            assert_eq!(refused.to_string(), expected);
        },
    )
    .await;
}
