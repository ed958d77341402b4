//! Many streams over one connection.

use capnweb_runtime::ReadableStream;
use futures_util::{StreamExt as _, stream};

use super::studio::with_studio;

/// One that is not read must not keep others from being read.
#[tokio::test]
async fn a_reader_that_stops_stops_nobody_else() {
    with_studio(async |studio| {
        let stopped = [
            studio.endless().await.unwrap(),
            studio.endless().await.unwrap(),
        ];
        let numbers = studio.numbers(5_000).await.unwrap();
        let count = numbers.map(Result::unwrap).count().await;
        assert_eq!(count, 5_000);
        assert_eq!(studio.echo("hello").await.unwrap(), "hello");
        drop(stopped);
        super::studio::noted(studio, &[UNREAD, UNREAD]).await;
    })
    .await;
}

/// Two streams that are always ready each get their share, and so do calls.
#[tokio::test]
async fn streams_and_calls_take_turns() {
    with_studio(async |studio| {
        // Both at once: what one has sent before the other begins is no share of anything.
        let (first, second) = tokio::join!(studio.endless(), studio.endless());
        let (mut first, mut second) = (first.unwrap(), second.unwrap());
        let (mut ones, mut twos, mut calls) = (0_u32, 0_u32, 0_u32);
        let mut call = Box::pin(studio.echo("?").into_future());
        while ones + twos < 4000 || calls < 10 {
            tokio::select! {
                one = first.next() => { one.unwrap().unwrap(); ones += 1; }
                two = second.next() => { two.unwrap().unwrap(); twos += 1; }
                answer = &mut call => {
                    answer.unwrap();
                    calls += 1;
                    call = Box::pin(studio.echo("?").into_future());
                }
            }
        }
        // One has a start of a window at most; after that each has its half.
        let least = ones.min(twos);
        assert!(3 * least > ones + twos, "{ones} and {twos}");
        drop(call);
        drop((first, second));
        super::studio::noted(studio, &[DROPPED, DROPPED]).await;
    })
    .await;
}

#[tokio::test]
async fn a_hundred_streams_each_way_at_once() {
    with_studio(async |studio| {
        let sums = (0..100_u32).map(|length| {
            let numbers = ReadableStream::new(stream::iter(0..length));
            let sum = studio.sum(numbers);
            let back = studio.numbers(length);
            async move {
                assert_eq!(sum.await.unwrap(), (0..length).sum::<u32>());
                let back: Vec<_> = back.await.unwrap().collect().await;
                assert_eq!(back.len(), usize::try_from(length).unwrap());
            }
        });
        futures_util::future::join_all(sums).await;
    })
    .await;
}
const DROPPED: &str = "cancelled: The ReadableStream was dropped before its end";

/// The fault: a session's statistics that do not tell of what its limits count.
#[tokio::test]
async fn a_session_tells_how_many_streams_are_open() {
    with_studio(async |studio| {
        let open = || {
            let stats = studio.session.stats();
            (stats.streams_in, stats.streams_out)
        };
        assert_eq!(open(), (0, 0));
        let received = studio.endless().await.unwrap();
        assert_eq!(open(), (1, 0));
        let (mut writer, sent) = ReadableStream::channel();
        let sum = tokio::spawn(studio.sum(sent).into_future());
        writer.write(3).await.unwrap();
        assert_eq!(open(), (1, 1));
        writer.close().await.unwrap();
        assert_eq!(sum.await.unwrap().unwrap(), 3);
        super::studio::eventually(async || open(), &(1, 0)).await;
        drop(received);
        super::studio::noted(studio, &[UNREAD]).await;
        super::studio::eventually(async || open(), &(0, 0)).await;
    })
    .await;
}

const UNREAD: &str = "cancelled: ReadableStream RPC stub was disposed without being consumed";
