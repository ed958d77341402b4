//! Streams by themselves, within a process and without a session.
#![allow(clippy::arithmetic_side_effects, reason = "no peer reaches a test")]

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::Notify;

use super::pump::Over;
use super::{
    ByteSource, Consume, Consumer, Gauge, Nature, Readable, Source, Step, Writer, collect, pipe,
    pump,
};
use crate::counters::Counters;
use crate::error::Error;
use crate::hook::{Account, Cap, Outcome, Stub, Value, Wait, promise};
use crate::value::Path;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn note(&self, what: String) {
        self.0.lock().unwrap().push(what);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// A sink that notes what is done to it; it waits for a chunk named `wait`, fails at `fail`, and
/// panics at `panic`.
struct Noting {
    log: Log,
    gate: Arc<Notify>,
}

impl Consume for Noting {
    fn write(&mut self, chunk: Value) -> Step<'_> {
        let Value::String(chunk) = chunk else {
            panic!("a string, not {chunk:?}");
        };
        Box::pin(async move {
            match chunk.as_str() {
                "wait" => self.gate.notified().await,
                "fail" => return Err(Error::new("failed")),
                "panic" => panic!("as it was told"),
                _ => {}
            }
            self.log.note(chunk);
            Ok(())
        })
    }

    fn close(&mut self) -> Step<'_> {
        self.log.note("closed".to_owned());
        Box::pin(async { Ok(()) })
    }

    fn abort(&mut self, reason: Error) {
        self.log.note(format!("aborted: {reason}"));
    }
}

fn noting() -> (Cap, Log, Arc<Notify>) {
    let (log, gate) = (Log::default(), Arc::<Notify>::default());
    let sink = Noting {
        log: log.clone(),
        gate: Arc::clone(&gate),
    };
    (Consumer::cap(Box::new(sink)), log, gate)
}

/// A source of what it is made of; notes its cancellation.
struct Queue(VecDeque<Outcome>, Log);

impl Source for Queue {
    fn poll_next(&mut self, _: &mut std::task::Context<'_>) -> Poll<Option<Outcome>> {
        Poll::Ready(self.0.pop_front())
    }

    fn cancel(&mut self, reason: Error) {
        self.1.note(format!("cancelled: {reason}"));
    }
}

fn queue(chunks: &[&str], log: &Log) -> Box<dyn Source> {
    let chunks = chunks.iter().map(|chunk| Ok(string(chunk)));
    Box::new(Queue(chunks.collect(), log.clone()))
}

fn string(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn write(stream: &Cap, chunk: Value) -> Wait {
    called(stream, "write", vec![chunk])
}

fn called(stream: &Cap, method: &'static str, args: Vec<Value>) -> Wait {
    let promise = stream.call_promise(Path::single(method), args);
    Wait::begin(&Stub::promise(promise))
}

fn failure(outcome: Outcome) -> String {
    outcome.expect_err("it fails").to_string()
}

async fn turns() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

fn reader(readable: &Cap) -> Box<dyn Source> {
    match readable.nature() {
        Nature::Readable(readable) => readable.take().expect("nobody else reads"),
        Nature::Object | Nature::Writable(_) => panic!("it is to be read"),
    }
}

async fn next(source: &mut Box<dyn Source>) -> Option<Outcome> {
    poll_fn(|context| source.poll_next(context)).await
}

/// P-3: one at a time, each answered when it was accepted.
#[tokio::test]
async fn a_sink_that_waits_is_given_one_chunk_at_a_time() {
    let (stream, log, gate) = noting();
    let first = write(&stream, string("wait"));
    let second = write(&stream, string("second"));
    let mut closed = called(&stream, "close", Vec::new());
    turns().await;
    assert_eq!(log.take(), [""; 0]);
    assert!((&mut closed).now_or_never().is_none());
    gate.notify_one();
    for answer in [first, second, closed] {
        assert!(matches!(answer.await, Ok(Value::Undefined)));
    }
    assert_eq!(log.take(), ["wait", "second", "closed"]);
    drop(stream);
    assert_eq!(log.take(), [""; 0], "a closed sink is not aborted");
}

/// P-5: the write that is under way may finish; those that wait are refused.
#[tokio::test]
async fn an_abort_waits_for_the_write_that_is_under_way() {
    let (stream, log, gate) = noting();
    let first = write(&stream, string("wait"));
    let second = write(&stream, string("second"));
    let aborted = called(&stream, "abort", vec![string("enough")]);
    assert_eq!(failure(second.await), "enough");
    turns().await;
    assert_eq!(log.take(), [""; 0]);
    let late = write(&stream, string("late"));
    assert_eq!(failure(late.await), "enough");
    gate.notify_one();
    assert!(first.await.is_ok());
    assert!(aborted.await.is_ok());
    assert_eq!(log.take(), ["wait", "aborted: enough"]);
}

/// P-6: what was closed runs to its end, whoever is left to see it.
#[tokio::test]
async fn what_was_closed_goes_on_when_nobody_holds_it() {
    let (stream, log, gate) = noting();
    drop(write(&stream, string("wait")));
    drop(write(&stream, string("second")));
    drop(called(&stream, "close", Vec::new()));
    drop(stream);
    gate.notify_one();
    turns().await;
    assert_eq!(log.take(), ["wait", "second", "closed"]);
}

#[tokio::test]
async fn a_sink_that_panics_has_failed() {
    let (stream, log, _) = noting();
    let panicked = write(&stream, string("panic"));
    assert_eq!(failure(panicked.await), "The sink panicked.");
    let after = write(&stream, string("after"));
    assert_eq!(failure(after.await), "The sink panicked.");
    drop(stream);
    assert_eq!(log.take(), [""; 0]);
}

/// The fault: a write that comes while the sink fails, on another thread, is never answered.
#[test]
fn what_is_written_while_a_sink_fails_is_answered() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_time()
        .build()
        .unwrap();
    let _entered = runtime.enter();
    for _ in 0..500 {
        let (stream, _, gate) = noting();
        let mut answers = vec![
            write(&stream, string("wait")),
            write(&stream, string("fail")),
        ];
        gate.notify_one();
        while answers.len() < 500 && (&mut answers[1]).now_or_never().is_none() {
            answers.push(write(&stream, string("late")));
        }
        // Whoever fails the sink has refused what waits by then.
        drop(runtime.block_on(write(&stream, string("last"))));
        std::thread::yield_now();
        runtime.block_on(async {
            for answer in answers.drain(2..) {
                let answered = tokio::time::timeout(Duration::from_secs(20), answer).await;
                assert!(answered.is_ok(), "a write is forgotten");
            }
        });
    }
}

#[test]
fn a_sink_that_waits_needs_a_runtime() {
    let (stream, log, _) = noting();
    let ready = write(&stream, string("ready")).now_or_never();
    assert!(matches!(ready, Some(Ok(_))));
    let waiting = write(&stream, string("wait")).now_or_never().unwrap();
    assert!(failure(waiting).contains("outside of a Tokio runtime"));
    assert_eq!(log.take(), ["ready"]);
}

/// P-17: without a message between, one write is under way at a time.
#[tokio::test]
async fn a_writer_within_a_process_waits_for_each_answer() {
    let (stream, log, gate) = noting();
    let mut writer = Writer::new(stream);
    poll_fn(|context| writer.poll_ready(context)).await.unwrap();
    writer.write(string("wait")).unwrap();
    let blocked = poll_fn(|context| writer.poll_ready(context)).now_or_never();
    assert!(blocked.is_none());
    gate.notify_one();
    poll_fn(|context| writer.poll_ready(context)).await.unwrap();
    writer.write(string("fail")).unwrap();
    let failed = poll_fn(|context| writer.poll_ready(context)).await;
    assert_eq!(failed.unwrap_err().to_string(), "failed");
    assert_eq!(writer.write(string("x")).unwrap_err().to_string(), "failed");
    let closed = poll_fn(|context| writer.poll_close(context)).await;
    assert_eq!(closed.unwrap_err().to_string(), "failed");
    assert_eq!(log.take(), ["wait"]);
}

/// P-13.
#[tokio::test]
async fn a_writer_that_closes_learns_of_the_end_and_lets_go() {
    let (stream, log, _) = noting();
    let mut writer = Writer::new(stream);
    writer.write(string("a")).unwrap();
    poll_fn(|context| writer.poll_close(context)).await.unwrap();
    poll_fn(|context| writer.poll_close(context)).await.unwrap();
    let late = writer.write(string("b")).unwrap_err();
    assert_eq!(late.to_string(), "Invalid state: WritableStream is closed");
    assert_eq!(log.take(), ["a", "closed"]);
}

/// P-15.
#[tokio::test]
async fn a_writer_that_is_dropped_aborts() {
    let (stream, log, _) = noting();
    let mut writer = Writer::new(stream);
    writer.write(string("a")).unwrap();
    drop(writer);
    let disposed = "aborted: WritableStream RPC stub was disposed without calling close()";
    assert_eq!(log.take(), ["a", disposed]);
}

fn never() -> Over {
    Box::pin(std::future::pending())
}

#[tokio::test]
async fn a_pump_moves_all_there_is_and_closes() {
    let (stream, log, _) = noting();
    let gauge = Gauge::default();
    pump(
        queue(&["a", "b"], &log),
        Writer::new(stream),
        never(),
        gauge.clone(),
    )
    .await;
    assert_eq!(log.take(), ["a", "b", "closed"]);
    assert!(gauge.still().now_or_never().is_some());
}

#[tokio::test]
async fn a_pump_cancels_its_source_when_the_sink_fails() {
    let (stream, log, _) = noting();
    let source = queue(&["a", "fail", "b", "c"], &log);
    pump(source, Writer::new(stream), never(), Gauge::default()).await;
    assert_eq!(log.take(), ["a", "cancelled: failed"]);
}

#[tokio::test]
async fn a_pump_aborts_the_sink_when_its_source_fails() {
    let (stream, log, _) = noting();
    let chunks = [Ok(string("a")), Err(Error::new("torn"))];
    let source = Box::new(Queue(chunks.into(), log.clone()));
    pump(source, Writer::new(stream), never(), Gauge::default()).await;
    assert_eq!(log.take(), ["a", "aborted: torn"]);
}

/// T-27: a batch waits for the streams that have something to send, and no longer.
#[tokio::test]
async fn a_gauge_is_still_when_every_pump_waits_for_the_other_side() {
    let (stream, log, _) = noting();
    let gauge = Gauge::default();
    let (over, end) = tokio::sync::oneshot::channel::<()>();
    let end = Box::pin(async move {
        drop(end.await);
        Error::new("over")
    });
    let source = queue(&["a", "wait", "b"], &log);
    let pumping = tokio::spawn(pump(source, Writer::new(stream), end, gauge.clone()));
    tokio::task::yield_now().await;
    assert!(gauge.still().now_or_never().is_none(), "it has begun");
    gauge.still().await;
    assert_eq!(log.take(), ["a"]);
    drop(over);
    pumping.await.unwrap();
    assert_eq!(log.take()[0], "cancelled: over");
    assert!(gauge.still().now_or_never().is_some());
}

/// P-22: what is not asked for is not answered; what is asked for in vain is not lost.
#[tokio::test]
async fn a_pipe_answers_when_a_chunk_is_asked_for() {
    let (writable, readable, _) = pipe(None);
    let mut source = reader(&readable);
    assert!(next(&mut source).now_or_never().is_none());
    let mut first = write(&writable, string("first"));
    assert!((&mut first).now_or_never().is_none());
    let mut closed = called(&writable, "close", Vec::new());
    assert!(matches!(next(&mut source).await, Some(Ok(Value::String(chunk))) if chunk == "first"));
    assert!(first.now_or_never().is_some());
    assert!((&mut closed).now_or_never().is_some(), "that was the last");
    assert!(next(&mut source).await.is_none());
}

#[tokio::test]
async fn a_chunk_whose_promise_fails_ends_the_pipe_for_both() {
    let (writable, readable, _) = pipe(None);
    let mut source = reader(&readable);
    let (promised, result) = promise();
    let first = write(&writable, Value::Capability(Stub::promise(promised)));
    let second = write(&writable, string("second"));
    assert!(next(&mut source).now_or_never().is_none());
    result.settle(Err(Error::new("lost")));
    assert_eq!(failure(next(&mut source).await.unwrap()), "lost");
    assert_eq!(failure(first.await), "lost");
    assert_eq!(failure(second.await), "lost");
}

/// P-24, while the reader waits for a promise in the chunk that it has asked for.
#[tokio::test]
async fn a_writer_that_aborts_wakes_a_reader_that_waits_for_a_promise() {
    let (writable, readable, _) = pipe(None);
    let (promised, _result) = promise();
    let first = write(&writable, Value::Capability(Stub::promise(promised)));
    let mut source = reader(&readable);
    let reading = tokio::spawn(async move { next(&mut source).await });
    turns().await;
    assert!(
        called(&writable, "abort", vec![string("off")])
            .await
            .is_ok()
    );
    assert_eq!(failure(reading.await.unwrap().unwrap()), "off");
    assert_eq!(failure(first.await), "off");
}

#[tokio::test]
async fn a_readable_is_taken_once_and_cancelled_unless_it_is() {
    let log = Log::default();
    let readable = Readable::cap(queue(&["a"], &log));
    let source = reader(&readable);
    let Nature::Readable(taken) = readable.nature() else {
        panic!("it is one");
    };
    assert!(taken.take().is_none());
    taken.put_back(source);
    drop(readable);
    let unread = "cancelled: ReadableStream RPC stub was disposed without being consumed";
    assert_eq!(log.take(), [unread]);
}

fn account(limit: usize) -> Arc<Account> {
    Account::new("a limit", limit, Counters::default())
}

#[tokio::test]
async fn bytes_survive_being_a_stream() {
    for length in [0, 1, 65_536, 200_000] {
        let bytes: Vec<u8> = (0_u8..=255).cycle().take(length).collect();
        let source = Box::new(ByteSource::new(bytes.clone().into()));
        let collected = collect(source, account(300_000)).await.unwrap();
        assert!(collected == bytes, "{length} bytes");
    }
}

#[tokio::test]
async fn what_is_collected_is_bounded_for_all_together() {
    let account = account(100_000);
    let bytes = |length| Box::new(ByteSource::new(vec![0; length].into()));
    let too_long = collect(bytes(100_001), Arc::clone(&account)).await;
    assert!(too_long.is_err());
    let fits = collect(bytes(99_000), account).await;
    assert!(fits.is_ok(), "what was collected in vain is given back");
}
