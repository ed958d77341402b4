//! Sessions that end with streams in them.

use capnweb_runtime::{Limits, ReadableStream};
use futures_util::{StreamExt as _, stream};

use super::studio::{Notes, collector, limited, noting, studio};
use crate::support::{Link, in_time};

/// Both kinds of session, each with what is to be seen when it ends.
async fn links() -> [Link<super::studio::StudioStub>; 2] {
    [Link::in_process(studio()), Link::websocket(studio).await]
}

#[tokio::test]
async fn a_session_that_ends_fails_readers_and_writers() {
    in_time(async {
        for link in links().await {
            let mut idle = link.idle().await.unwrap();
            let mut endless = link.endless().await.unwrap();
            assert!(endless.next().await.unwrap().is_ok());
            let mut sink = link.collector().await.unwrap();
            sink.write("a".to_owned()).await.unwrap();
            link.session.close("for tonight");
            assert!(idle.next().await.unwrap().unwrap_err().is_disconnected());
            assert!(idle.next().await.is_none());
            assert!(endless.next().await.unwrap().unwrap_err().is_disconnected());
            let failed = sink.write("b".to_owned()).await.unwrap_err();
            assert!(failed.is_disconnected());
            assert!(sink.close().await.unwrap_err().is_disconnected());
        }
    })
    .await;
}

/// Sources that have nothing to send, and sinks that nobody writes to, learn of it all the same:
/// they would be kept for ever.
#[tokio::test]
async fn a_session_that_ends_lets_go_of_what_it_lent() {
    in_time(async {
        for link in links().await {
            let notes = Notes::default();
            let idle = noting(&notes, stream::pending::<String>());
            let reading = tokio::spawn(link.some(idle, 1));
            let sink = link.bounce(super::studio::Parcel {
                title: String::new(),
                pages: ReadableStream::new(stream::empty::<String>()),
                reply: Some(collector(&notes, usize::MAX)),
            });
            let kept = sink.await.unwrap();
            link.session.close("for good");
            assert!(reading.await.unwrap().unwrap_err().is_disconnected());
            let mut all = Vec::new();
            while all.len() < 2 {
                tokio::task::yield_now().await;
                all.extend(notes.take());
            }
            all.sort();
            let disposed = "aborted: WritableStream RPC stub was disposed without calling close()";
            assert_eq!(all, [disposed, "cancelled: for good"]);
            drop(kept);
        }
    })
    .await;
}

/// The other side of a session learns of its end, too.
#[tokio::test]
async fn the_peer_of_a_session_that_ends_lets_go_of_its_streams() {
    in_time(async {
        let local = studio();
        let (served, session) =
            capnweb_runtime::in_process(studio(), local.clone(), Limits::default());
        let idle = served.idle().await.unwrap();
        let sink = served.collector().await.unwrap();
        session.close("gone");
        drop((idle, sink));
        let mut notes = Vec::new();
        while notes.len() < 2 {
            tokio::task::yield_now().await;
            notes.extend(local.notes().await.unwrap());
        }
        notes.sort();
        assert!(notes[0].starts_with("aborted: "), "{notes:?}");
        assert!(notes[1].starts_with("cancelled: "), "{notes:?}");
    })
    .await;
}

/// What has arrived up to its end can be read after the session has ended, if reading had begun.
#[tokio::test]
async fn what_has_arrived_whole_is_read_after_the_end() {
    in_time(async {
        for link in links().await {
            let mut numbers = link.numbers(10).await.unwrap();
            assert_eq!(numbers.next().await.unwrap().unwrap(), 0);
            for _ in 0..50 {
                link.round_trip().await;
            }
            link.session.close("early");
            for number in 1..10 {
                assert_eq!(numbers.next().await.unwrap().unwrap(), number);
            }
            assert!(numbers.next().await.is_none());
        }
    })
    .await;
}

#[tokio::test]
async fn streams_too_many_fail_their_calls() {
    in_time(async {
        let mut limits = Limits::default();
        limits.max_streams = 2;
        let link = limited(limits);
        let kept = [link.idle().await.unwrap(), link.idle().await.unwrap()];
        let refused = link.idle().await.unwrap_err();
        let expected = "2 streams are being sent to the peer, which is the limit.";
        assert_eq!(refused.to_string(), expected);
        assert_eq!(link.echo("still here").await.unwrap(), "still here");
        drop(kept);
        // A source that has nothing to send learns with its next chunk that nobody wants it.
        let ours = ReadableStream::new(stream::iter(0..3));
        assert_eq!(link.sum(ours).await.unwrap(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_stream_is_sent_from_a_thread_without_a_runtime() {
    let (main, _session) = {
        let local = studio();
        capnweb_runtime::in_process(local.clone(), local, Limits::default())
    };
    let notes = Notes::default();
    let stream = noting(&notes, stream::iter(["a".to_owned()]));
    // The session knows the runtime it was made in.
    let elsewhere = main.clone();
    let sent = std::thread::spawn(move || elsewhere.some(stream, 1));
    let some = sent.join().unwrap();
    assert_eq!(in_time(some).await.unwrap(), ["a"]);
    assert_eq!(notes.take(), [""; 0]);
}
