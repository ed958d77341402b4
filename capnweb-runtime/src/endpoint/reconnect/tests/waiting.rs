//! What becomes of calls while there is no connection.

use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::time::Instant;

use super::stage::{GatewayStub, Scene, ShelfStub, Stage, seconds, settle, soon};
use crate::endpoint::reconnect::{Reconnect, ReconnectingClient};
use crate::error::{Disconnect, Error};
use crate::hook::Value;
use crate::typed::Capability as _;
use crate::value::Path;

fn no_patience_needed() -> Reconnect {
    Reconnect::new().patience(Duration::from_hours(10))
}

fn shelf(client: &ReconnectingClient<GatewayStub>, tag: &'static str) -> ShelfStub {
    client.derive(&client.main(), move |gateway| gateway.shelf(tag))
}

/// The fault: what was called first comes last, once there is a connection; or what is derived waits
/// in a queue of its own.
#[tokio::test(start_paused = true)]
async fn calls_wait_and_are_made_in_their_order() {
    let stage = Stage::new([Scene::Refused, Scene::Refused]);
    let client = stage.client(no_patience_needed());
    let (gateway, shelf) = (client.main(), shelf(&client, "x"));
    let first = gateway.note("first");
    let tag = shelf.tag();
    let second = gateway.note("second");
    let inner = gateway.shelf("y");
    let inner = inner.tag();
    let third = gateway.note("third");
    assert_eq!(stage.attempts(), 0, "none of that waits for anything");
    let all = async {
        (
            first.await,
            tag.await,
            second.await,
            inner.await,
            third.await,
        )
    };
    let (first, tag, second, inner, third) = soon(all).await;
    assert_eq!((first.unwrap(), second.unwrap(), third.unwrap()), (1, 1, 1));
    assert_eq!(
        (tag.unwrap(), inner.unwrap()),
        ("x of 1".into(), "y of 1".into())
    );
    assert_eq!(
        stage.log(),
        [
            "1: first",
            "1: shelf x",
            "1: tag x",
            "1: second",
            "1: shelf y",
            "1: tag y",
            "1: third"
        ]
    );
}

/// The fault: a call made the moment the connection is there overtakes those that wait.
#[tokio::test(start_paused = true)]
async fn what_comes_while_the_rest_is_made_up_for_comes_after_it() {
    let stage = Stage::new([]);
    let client = stage.client(no_patience_needed());
    let gateway = client.main();
    let again = gateway.clone();
    let nested = client.derive(&gateway, move |gateway| {
        // On this very thread, while the queue is being emptied.
        drop(again.note("within"));
        gateway.shelf("x")
    });
    let tag = nested.tag();
    drop(gateway.note("last"));
    soon(tag).await.unwrap();
    soon(gateway.note("now")).await.unwrap();
    assert_eq!(
        stage.log(),
        ["1: within", "1: shelf x", "1: tag x", "1: last", "1: now"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_waits_as_long_as_patience_says() {
    let stage = Stage::new([Scene::Hangs; 100]);
    let client = stage.client(Reconnect::new().patience(seconds(7)));
    let begun = Instant::now();
    let gateway = client.main();
    let first = gateway.note("first");
    tokio::time::sleep(seconds(5)).await;
    let second = gateway.note("second");
    let error = first.await.unwrap_err();
    assert!(
        matches!(error, Error::NotSent(Disconnect::Transport(_))),
        "{error:?}"
    );
    assert_eq!(begun.elapsed().as_secs(), 7);
    assert!(second.await.unwrap_err().is_not_sent());
    assert_eq!(begun.elapsed().as_secs(), 12);
}

#[tokio::test(start_paused = true)]
async fn without_patience_a_call_fails_at_once() {
    let stage = Stage::new([Scene::Hangs]);
    let client = stage.client(Reconnect::new().patience(Duration::ZERO));
    let failed = client.main().note("now").now_or_never();
    assert!(failed.expect("at once").unwrap_err().is_not_sent());
    let watched = client.main().shelf("x").tag().now_or_never();
    assert!(
        watched
            .expect("so does what is called on it")
            .unwrap_err()
            .is_not_sent()
    );
    // The next attempt succeeds.
    tokio::time::sleep(seconds(20)).await;
    assert_eq!(client.main().note("later").await.unwrap(), 1);
}

/// The fault: a program that goes on calling fills its memory while a server is away.
#[tokio::test(start_paused = true)]
async fn past_the_limit_calls_fail_at_once_and_those_that_wait_go_on() {
    let stage = Stage::new([Scene::Refused]);
    let client = stage.client(no_patience_needed().max_waiting(2));
    let bystander = stage.client(no_patience_needed().max_waiting(2));
    let gateway = client.main();
    let waiting = (gateway.note("a"), gateway.note("b"));
    let refused = gateway.note("c").now_or_never().expect("at once");
    assert!(refused.unwrap_err().is_not_sent());
    assert_eq!(stage.counters().snapshot().limit_hits["max_waiting"], 1);
    let other = bystander.main().note("bystander");
    let both = soon(async { (waiting.0.await, waiting.1.await, other.await) }).await;
    assert!(
        both.0.is_ok() && both.1.is_ok() && both.2.is_ok(),
        "{both:?}"
    );
    soon(gateway.note("d")).await.unwrap();
    assert!(!stage.log().iter().any(|line| line.ends_with(": c")));
}

/// The fault: a few calls that are as large as may be are kept, each of them whole, for as long as there is
/// no connection; or those that are made room by are counted for ever.
#[tokio::test(start_paused = true)]
async fn what_waits_is_bounded_in_bytes() {
    let stage = Stage::new([Scene::Refused]);
    let settings = || no_patience_needed().max_waiting_bytes(10_000);
    let (client, bystander) = (stage.client(settings()), stage.client(settings()));
    let gateway = client.main();
    let large = || "x".repeat(4_000);
    let waiting = (gateway.note(large()), gateway.note(large()));
    let refused = gateway.note(large()).now_or_never().expect("at once");
    assert!(refused.unwrap_err().is_not_sent());
    let small = gateway.note("small");
    assert_eq!(
        stage.counters().snapshot().limit_hits["max_waiting_bytes"],
        1
    );
    let other = bystander.main().note(large());
    let all = soon(async { (waiting.0.await, waiting.1.await, small.await, other.await) }).await;
    assert!(all.0.is_ok() && all.1.is_ok() && all.2.is_ok() && all.3.is_ok());
    soon(gateway.note(large())).await.unwrap();
}

/// The fault: whoever is handed the reference keeps more in the queue than it may take, by long names of
/// what is called or read without arguments.
#[tokio::test(start_paused = true)]
async fn names_count_among_the_bytes_that_wait() {
    let stage = Stage::new([Scene::Refused]);
    let client = stage.client(no_patience_needed().max_waiting_bytes(10_000));
    let gateway = client.main();
    let long = || Path::single("x".repeat(4_000));
    let (called, read) = (
        gateway.as_stub().call(long(), ()),
        gateway.as_stub().get(long()),
    );
    let refused = gateway
        .as_stub()
        .get(long())
        .now_or_never()
        .expect("at once");
    assert!(refused.unwrap_err().is_not_sent());
    let late = soon(async { (called.await, read.await) }).await;
    assert!(
        late.0.is_err_and(|error| !error.is_not_sent()),
        "it was sent"
    );
    assert!(late.1.is_ok_and(|value| value == Value::Undefined));
}

/// Letting go of a promise lets go of the result, and does not unsay the call: not here either. The
/// fault: the result stays in the tables for ever.
#[tokio::test(start_paused = true)]
async fn letting_go_of_a_call_that_waits_lets_go_of_its_result() {
    let stage = Stage::new([Scene::Refused]);
    let client = stage.client(no_patience_needed());
    let gateway = client.main();
    drop(gateway.shelf("unwanted"));
    let other = gateway.note("wanted");
    soon(other).await.unwrap();
    settle().await;
    assert_eq!(stage.log(), ["1: shelf unwanted", "1: wanted"]);
    assert_eq!(stage.tables(), (1, 1), "nothing but the main objects");
}

/// The fault: what waits when the next connection breaks at once is lost, or is made twice.
#[tokio::test(start_paused = true)]
async fn what_still_waits_when_the_connection_breaks_waits_on() {
    let stage = Stage::new([Scene::Refused]);
    let client = stage.client(no_patience_needed());
    let gateway = client.main();
    let breaking = stage.clone();
    let broken = client.derive(&gateway, move |gateway| {
        if breaking.served() == 1 {
            breaking.session().close("by hand");
        }
        gateway.shelf("x")
    });
    let before = gateway.note("before");
    let caught = broken.tag();
    let after = gateway.note("after");
    let (before, caught, after) = soon(async { (before.await, caught.await, after.await) }).await;
    let before = before.unwrap_err();
    assert!(
        matches!(before, Error::MaybeExecuted(Disconnect::Closed(_))),
        "{before:?}"
    );
    let caught = caught.unwrap_err();
    assert!(
        matches!(caught, Error::NotSent(Disconnect::Closed(_))),
        "{caught:?}"
    );
    assert_eq!(after.unwrap(), 2);
    assert_eq!(soon(broken.tag()).await.unwrap(), "x of 2");
    assert_eq!(
        stage.log(),
        ["1: before", "2: after", "2: shelf x", "2: tag x"]
    );
}

/// The fault: a call made between the end of a session and the moment its client hears of it fails,
/// though it could wait like any other.
#[tokio::test(start_paused = true)]
async fn a_session_that_has_just_ended_is_not_used() {
    let stage = Stage::new([]);
    let client = stage.client(no_patience_needed());
    let gateway = client.main();
    soon(gateway.note("a")).await.unwrap();
    let session = client.session().expect("it is connected");
    session.close("by hand");
    // The task that keeps the client connected has not run since.
    let next = gateway.note("b");
    assert_eq!(soon(next).await.unwrap(), 2);
    assert_eq!(stage.log(), ["1: a", "2: b"]);
}

/// The fault: a call that waits keeps the client for ever.
#[tokio::test(start_paused = true)]
async fn a_client_that_is_let_go_of_ends_when_nothing_waits_any_more() {
    let stage = Stage::new([Scene::Hangs; 100]);
    let client = stage.client(Reconnect::new().patience(seconds(7)));
    let mut watch = client.watch();
    let promise = client.main().note("a");
    drop(client);
    settle().await;
    assert!(watch.borrow_and_update().closed().is_none(), "it waits");
    assert!(promise.await.unwrap_err().is_not_sent());
    let ended = async { while watch.changed().await.is_ok() {} };
    soon(ended).await;
    let attempts = stage.attempts();
    tokio::time::sleep(seconds(100)).await;
    assert_eq!(stage.attempts(), attempts);
}
