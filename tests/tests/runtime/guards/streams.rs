//! Streams that pass a guard, and guards of streams.

use std::sync::atomic::Ordering;

use capnweb_runtime::policy::{CallBudget, Crossing, CrossingKind, Denial, Direction};
use capnweb_runtime::{Capability as _, ReadableStream, Stub, Value, WritableStream, from_value};
use futures_util::StreamExt as _;

use super::{Garden, assert_denied, guarded_over_both};
use crate::support::in_time;

/// The fault: a guard takes a stream for an object, and hands out what cannot be read.
#[tokio::test]
async fn streams_pass_a_guard_as_what_they_are() {
    let garden = Garden::default();
    let served = garden.clone();
    guarded_over_both(
        move || served.shed().guarded(CallBudget::new(2)),
        async |shed| {
            let lines: Vec<_> = shed.lines().await.unwrap().collect().await;
            assert_eq!(lines.len(), 3);
            let mut sink = shed.sink().await.unwrap();
            sink.write(1).await.unwrap();
            sink.close().await.unwrap();
            assert_denied(shed.list().await, "the budget of calls is spent");
        },
    )
    .await;
    assert_eq!(garden.written.load(Ordering::SeqCst), 2);
}

async fn stream(method: &'static str, garden: &Garden) -> Stub {
    match garden.shed().as_stub().call(method, ()).await.unwrap() {
        Value::Capability(stream) => stream,
        other => panic!("a stream was due, not {other:?}"),
    }
}

#[tokio::test]
async fn chunks_that_are_read_are_judged_one_by_one() {
    let two = CallBudget::new(2);
    let stream = stream("lines", &Garden::default()).await.guarded(two);
    let mut lines: ReadableStream<u32> = from_value(Value::Capability(stream)).unwrap();
    assert_eq!(in_time(lines.next()).await.unwrap().unwrap(), 1);
    assert_eq!(in_time(lines.next()).await.unwrap().unwrap(), 2);
    let denied = in_time(lines.next()).await.unwrap();
    assert_denied(denied, "the budget of calls is spent");
    assert!(in_time(lines.next()).await.is_none());
}

#[tokio::test]
async fn chunks_that_are_written_are_judged_one_by_one() {
    let garden = Garden::default();
    let small = |crossing: &Crossing<'_>| match (crossing.kind(), crossing.args()) {
        (CrossingKind::Write, [Value::Number(number)]) if *number > 9.0 => {
            Err(Denial::new("too large"))
        }
        (CrossingKind::Write, _) if crossing.direction() == Direction::Inward => Ok(()),
        _ => Err(Denial::new("something else")),
    };
    let stream = stream("sink", &garden).await.guarded(small);
    let mut sink: WritableStream<u32> = from_value(Value::Capability(stream)).unwrap();
    in_time(sink.write(9)).await.unwrap();
    assert_denied(in_time(sink.write(10)).await, "too large");
    assert_eq!(garden.written.load(Ordering::SeqCst), 1);
}
