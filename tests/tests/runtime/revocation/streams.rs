//! Streams that came or went through a reference end with it.

use std::sync::{Arc, Mutex};

use capnweb_runtime::{
    Capability as _, Error, ReadableStream, Result, Value, WritableStream, capability,
};
use futures_util::StreamExt as _;
use tokio::sync::{Notify, mpsc};

use super::assert_revoked;
use crate::support::{Link, in_time};

#[capability]
trait Canal {
    /// Chunks that come until nobody wants any.
    async fn down(&self) -> Result<ReadableStream<u32>>;
    /// The same, inside data.
    async fn deep(&self) -> Result<Vec<ReadableStream<u32>>>;
    async fn up(&self) -> Result<WritableStream<u32>>;
    /// Reads what it is passed, and tells how it ends.
    async fn drink(&self, water: ReadableStream<u32>) -> Result<()>;
    /// Writes to what it is passed, and tells how that ends.
    async fn pour(&self, into: WritableStream<u32>) -> Result<()>;
}

/// What happens on the side of the object.
#[derive(Clone)]
struct Lock(Arc<Shared>);

struct Shared {
    ends: mpsc::UnboundedSender<String>,
    flowing: Notify,
}

fn lock() -> (Lock, mpsc::UnboundedReceiver<String>) {
    let (ends, heard) = mpsc::unbounded_channel();
    let flowing = Notify::new();
    (Lock(Arc::new(Shared { ends, flowing })), heard)
}

impl Lock {
    fn ended(&self, how: &str) -> impl Fn(Error) + Send + Sync + 'static {
        let (ends, how) = (self.0.ends.clone(), how.to_owned());
        move |error| drop(ends.send(format!("{how}: {error}")))
    }

    fn endless(&self) -> ReadableStream<u32> {
        let chunks = futures_util::stream::iter([1, 2]).chain(futures_util::stream::pending());
        ReadableStream::with_cancel(chunks, self.ended("down"))
    }
}

impl Canal for Lock {
    async fn down(&self) -> Result<ReadableStream<u32>> {
        Ok(self.endless())
    }

    async fn deep(&self) -> Result<Vec<ReadableStream<u32>>> {
        Ok(vec![self.endless()])
    }

    async fn up(&self) -> Result<WritableStream<u32>> {
        let sink = futures_util::sink::unfold((), |(), _: u32| async { Ok::<(), Error>(()) });
        Ok(WritableStream::with_abort(sink, self.ended("up")))
    }

    async fn drink(&self, mut water: ReadableStream<u32>) -> Result<()> {
        let lock = self.clone();
        drop(tokio::spawn(async move {
            while let Some(chunk) = water.next().await {
                match chunk {
                    Ok(_) => lock.0.flowing.notify_one(),
                    Err(error) => lock.ended("drink")(error),
                }
            }
            lock.0.flowing.notify_one();
        }));
        Ok(())
    }

    async fn pour(&self, mut into: WritableStream<u32>) -> Result<()> {
        let lock = self.clone();
        drop(tokio::spawn(async move {
            loop {
                if let Err(error) = into.write(1).await {
                    return lock.ended("pour")(error);
                }
                lock.0.flowing.notify_one();
                tokio::task::yield_now().await;
            }
        }));
        Ok(())
    }
}

/// Runs a test within a process, and over a WebSocket.
async fn flowing_over_both(
    test: impl AsyncFn(CanalStub, capnweb_runtime::Revoker, Lock, mpsc::UnboundedReceiver<String>),
) {
    for socket in [false, true] {
        let (lock, heard) = lock();
        let (lent, revoker) = CanalStub::new(lock.clone()).revocable();
        let link = if socket {
            Link::websocket(move || lent.clone()).await
        } else {
            Link::in_process(lent)
        };
        in_time(test(link.main, revoker, lock, heard)).await;
    }
}

#[tokio::test]
async fn streams_that_went_out_are_aborted_on_both_sides() {
    flowing_over_both(async |canal, revoker, _, mut heard| {
        let mut down = canal.down().await.unwrap();
        let mut deep = canal.deep().await.unwrap();
        assert_eq!(down.next().await.unwrap().unwrap(), 1);
        assert_eq!(deep[0].next().await.unwrap().unwrap(), 1);
        let mut up = canal.up().await.unwrap();
        up.write(1).await.unwrap();
        revoker.revoke("drained");
        let mut ends =
            [heard.recv().await, heard.recv().await, heard.recv().await].map(Option::unwrap);
        ends.sort_unstable();
        assert_eq!(
            ends,
            [
                "down: revoked: drained",
                "down: revoked: drained",
                "up: revoked: drained"
            ]
        );
        for stream in [&mut down, &mut deep[0]] {
            let end = loop {
                match stream.next().await.unwrap() {
                    Ok(_) => {}
                    Err(error) => break Err::<(), _>(error),
                }
            };
            assert_revoked(end, "drained");
            assert!(stream.next().await.is_none());
        }
        let end = loop {
            match up.write(2).await {
                Ok(()) => tokio::task::yield_now().await,
                Err(error) => break Err::<(), _>(error),
            }
        };
        assert_revoked(end, "drained");
    })
    .await;
}

#[tokio::test]
async fn streams_that_came_in_are_aborted_on_both_sides() {
    flowing_over_both(async |canal, revoker, lock, mut heard| {
        let (mut feed, water) = ReadableStream::channel();
        canal.drink(water).await.unwrap();
        let mine = Arc::new(Mutex::new(None));
        let told = Arc::clone(&mine);
        let sink = futures_util::sink::unfold((), |(), _: u32| async { Ok::<(), Error>(()) });
        let sink = WritableStream::with_abort(sink, move |error| {
            *told.lock().unwrap() = Some(error);
        });
        canal.pour(sink).await.unwrap();
        feed.write(1).await.unwrap();
        for _ in 0..2 {
            lock.0.flowing.notified().await;
        }
        revoker.revoke("drained");
        let mut ends = [heard.recv().await, heard.recv().await].map(Option::unwrap);
        ends.sort_unstable();
        assert_eq!(ends, ["drink: revoked: drained", "pour: revoked: drained"]);
        let end = loop {
            match feed.write(2).await {
                Ok(()) => tokio::task::yield_now().await,
                Err(error) => break Err::<(), _>(error),
            }
        };
        assert_revoked(end, "drained");
        let end = loop {
            if let Some(error) = mine.lock().unwrap().take() {
                break Err::<(), _>(error);
            }
            tokio::task::yield_now().await;
        };
        assert_revoked(end, "drained");
    })
    .await;
}

/// The fault: a stream that was not read yet, or came as a promise, goes on.
#[tokio::test]
async fn streams_that_nobody_reads_yet_are_aborted_too() {
    let (lock, mut heard) = lock();
    let (lent, revoker) = CanalStub::new(lock).revocable();
    let unread = lent.down().await.unwrap();
    let (other, _) = self::lock();
    let promised = CanalStub::new(other).down();
    let (drink, _lock) = (lent.as_stub().call("drink", (promised,)), ());
    drink.await.unwrap();
    revoker.revoke("drained");
    let mut ends = [heard.recv().await, heard.recv().await].map(Option::unwrap);
    ends.sort_unstable();
    assert_eq!(ends, ["down: revoked: drained", "drink: revoked: drained"]);
    let mut unread = unread;
    assert_revoked(in_time(unread.next()).await.unwrap(), "drained");
}

/// The fault: a stream that has ended is ended again, or a caretaker makes an object of a stream.
#[tokio::test]
async fn streams_that_have_ended_are_left_alone() {
    let (lock, mut heard) = lock();
    let (lent, revoker) = CanalStub::new(lock.clone()).revocable();
    let (feed, water) = ReadableStream::<u32>::channel();
    lent.drink(water).await.unwrap();
    in_time(feed.close()).await.unwrap();
    in_time(lock.0.flowing.notified()).await;
    drop(lock);
    let mut up = lent.up().await.unwrap();
    up.write(1).await.unwrap();
    in_time(up.close()).await.unwrap();
    revoker.revoke("drained");
    drop(lent);
    drop(revoker);
    assert_eq!(in_time(heard.recv()).await, None, "nobody is told anything");
}

#[tokio::test]
async fn a_stream_itself_can_be_taken_back() {
    let (lock, mut heard) = lock();
    let canal = CanalStub::new(lock);
    let down = match canal.as_stub().call("down", ()).await.unwrap() {
        Value::Capability(stub) => stub,
        other => panic!("a stream was due, not {other:?}"),
    };
    let (lent, revoker) = down.revocable();
    let mut lent: ReadableStream<u32> =
        capnweb_runtime::from_value(Value::Capability(lent)).unwrap();
    assert_eq!(in_time(lent.next()).await.unwrap().unwrap(), 1);
    revoker.revoke("drained");
    assert_revoked(in_time(lent.next()).await.unwrap(), "drained");
    assert_eq!(heard.recv().await.unwrap(), "down: revoked: drained");
}

/// The fault: who watches one end of a stream is not told that it was taken back, as of an object.
#[tokio::test]
async fn who_watches_a_stream_is_told_that_it_was_taken_back() {
    let (lock, _heard) = lock();
    let canal = CanalStub::new(lock);
    for end in ["down", "up"] {
        let stream = canal.as_stub().call(end, ()).await.unwrap();
        let Value::Capability(stream) = stream else {
            panic!("a stream was due, not {stream:?}");
        };
        let (lent, revoker) = stream.revocable();
        let (told, heard) = std::sync::mpsc::channel();
        lent.on_broken(move |error| told.send(error.to_string()).unwrap());
        revoker.revoke("drained");
        assert_eq!(heard.try_iter().collect::<Vec<_>>(), ["revoked: drained"]);
        drop(lent);
    }
}
