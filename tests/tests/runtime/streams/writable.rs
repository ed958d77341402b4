//! Streams that are written to, in arguments and in results.

use capnweb_runtime::{Capability as _, Error, ErrorClass, WritableStream};
use futures_util::{Sink, SinkExt};
use tokio::sync::mpsc;

use super::studio::{Notes, collector, eventually, noted, with_studio};

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// A sink that hands on what it is given, when there is room for it.
fn handing_on(sender: mpsc::Sender<String>) -> impl Sink<String, Error = Error> + Send {
    futures_util::sink::unfold(sender, |sender, word| async move {
        let sent = sender.send(word).await;
        sent.map_err(|_| Error::new("nobody listens"))?;
        Ok(sender)
    })
}

const DISPOSED: &str = "aborted: WritableStream RPC stub was disposed without calling close()";

#[tokio::test]
async fn an_argument_is_written_to_and_closed() {
    with_studio(async |studio| {
        let notes = Notes::default();
        let told = studio.tell(words(&["a", "b"]), collector(&notes, usize::MAX));
        told.await.unwrap();
        assert_eq!(notes.take(), ["a", "b"]);
    })
    .await;
}

#[tokio::test]
async fn a_result_is_written_to_and_closed() {
    with_studio(async |studio| {
        let mut collector = studio.collector().await.unwrap();
        for word in words(&["a", "b", "c"]) {
            collector.write(word).await.unwrap();
        }
        collector.close().await.unwrap();
        noted(studio, &["a", "b", "c"]).await;
    })
    .await;
}

#[tokio::test]
async fn it_is_a_sink() {
    with_studio(async |studio| {
        let mut collector = studio.collector().await.unwrap();
        let all = words(&["a", "b", "c"]).into_iter().map(Ok);
        collector
            .send_all(&mut futures_util::stream::iter(all))
            .await
            .unwrap();
        SinkExt::close(&mut collector).await.unwrap();
        SinkExt::close(&mut collector).await.unwrap();
        let late = collector.write("late".to_owned()).await.unwrap_err();
        assert_eq!(late.to_string(), "Invalid state: WritableStream is closed");
        noted(studio, &["a", "b", "c"]).await;
    })
    .await;
}

#[tokio::test]
async fn a_writer_that_leaves_without_closing_aborts() {
    with_studio(async |studio| {
        let notes = Notes::default();
        let left = studio.tell_and_leave(words(&["a"]), collector(&notes, usize::MAX));
        left.await.unwrap();
        assert_eq!(notes.take(), ["a", DISPOSED]);

        let mut collector = studio.collector().await.unwrap();
        collector.write("b".to_owned()).await.unwrap();
        drop(collector);
        noted(studio, &["b", DISPOSED]).await;
        drop(studio.collector().await.unwrap());
        noted(studio, &[DISPOSED]).await;
    })
    .await;
}

#[tokio::test]
async fn a_writer_that_aborts_says_why() {
    with_studio(async |studio| {
        let notes = Notes::default();
        let aborted = studio.tell_and_abort(words(&["a"]), collector(&notes, usize::MAX));
        aborted.await.unwrap();
        assert_eq!(notes.take(), ["a", "aborted: changed my mind"]);

        let mut collector = studio.collector().await.unwrap();
        collector.write("b".to_owned()).await.unwrap();
        // It is told, awaited or not.
        drop(collector.abort(Error::new("so long")));
        noted(studio, &["b", "aborted: so long"]).await;
    })
    .await;
}

#[tokio::test]
async fn a_sink_that_fails_fails_its_writer() {
    with_studio(async |studio| {
        let mut failing = studio.failing_collector(1).await.unwrap();
        failing.write("a".to_owned()).await.unwrap();
        let error = loop {
            if let Err(error) = failing.write("b".to_owned()).await {
                break error;
            }
        };
        assert_eq!(error.class(), ErrorClass::RangeError);
        assert_eq!(error.to_string(), "disk full");
        let closed = failing.close().await.unwrap_err();
        assert_eq!(closed.to_string(), "disk full");
        noted(studio, &["a"]).await;

        let notes = Notes::default();
        let told = studio.tell(words(&["a", "b", "c"]), collector(&notes, 1));
        assert_eq!(told.await.unwrap_err().to_string(), "disk full");
        assert_eq!(notes.take(), ["a"]);
    })
    .await;
}

/// All writes were on their way when the first failed: `close` is how one learns of it.
#[tokio::test]
async fn closing_tells_whether_all_was_accepted() {
    with_studio(async |studio| {
        let mut failing = studio.failing_collector(0).await.unwrap();
        let written = failing.write("a".to_owned()).await;
        let closed = failing.close().await;
        let failed = written.and(closed).unwrap_err();
        assert_eq!(failed.to_string(), "disk full");
    })
    .await;
}

#[tokio::test]
async fn a_closure_takes_chunks_one_by_one() {
    with_studio(async |studio| {
        let notes = Notes::default();
        let taking = notes.clone();
        let mut before = None;
        let closure = WritableStream::from_fn(move |word: String| {
            let follows = before.replace(word.clone());
            let taking = taking.clone();
            async move {
                tokio::task::yield_now().await;
                taking.note(format!("{word} after {follows:?}"));
                if word == "bad" {
                    return Err(Error::new("no bad words"));
                }
                Ok(())
            }
        });
        let told = studio.tell(words(&["a", "bad", "c"]), closure);
        assert_eq!(told.await.unwrap_err().to_string(), "no bad words");
        assert_eq!(notes.take(), ["a after None", r#"bad after Some("a")"#]);
    })
    .await;
}

#[tokio::test]
async fn any_sink_will_do() {
    with_studio(async |studio| {
        let (sender, mut receiver) = mpsc::channel(3);
        let sink = WritableStream::new(handing_on(sender));
        studio.tell(words(&["a", "b", "c"]), sink).await.unwrap();
        for word in ["a", "b", "c"] {
            assert_eq!(receiver.recv().await.unwrap(), word);
        }
        assert!(
            receiver.recv().await.is_none(),
            "the sink was closed and dropped"
        );

        let (sender, receiver) = mpsc::channel(3);
        drop(receiver);
        let sink = WritableStream::new(handing_on(sender));
        let failed = studio.tell(words(&["a"]), sink).await.unwrap_err();
        assert_eq!(failed.to_string(), "nobody listens");
    })
    .await;
}

#[tokio::test]
async fn a_chunk_of_another_type_fails_the_sink() {
    with_studio(async |studio| {
        let collector = studio.as_stub().call("collector", ()).await.unwrap();
        let mut wrong: WritableStream<u32> = capnweb_runtime::from_value(collector).unwrap();
        let written = wrong.write(7).await;
        let failed = written.and(wrong.close().await).unwrap_err();
        assert_eq!(failed.class(), ErrorClass::TypeError);
        assert!(failed.to_string().starts_with("chunk: "), "{failed}");
        eventually(async || studio.notes().await.unwrap(), &Vec::new()).await;
    })
    .await;
}

/// A slow sink holds back its writer after one window, however much there is to write.
#[tokio::test]
async fn a_slow_sink_holds_back_its_writer() {
    with_studio(async |studio| {
        let (sender, mut receiver) = mpsc::channel(1);
        let word = "x".repeat(10_000);
        let told = studio.tell(vec![word; 100], WritableStream::new(handing_on(sender)));
        let mut told = tokio::spawn(told);
        for _ in 0..20 {
            studio.round_trip().await;
        }
        assert!(futures_util::FutureExt::now_or_never(&mut told).is_none());
        let mut taken = 0;
        while receiver.recv().await.is_some() {
            taken += 1;
        }
        assert_eq!(taken, 100);
        told.await.unwrap().unwrap();
    })
    .await;
}
