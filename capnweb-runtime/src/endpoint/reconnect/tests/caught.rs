//! Calls that a break catches: what is known of them.

use super::stage::{Scene, Stage, settle, soon};
use crate::endpoint::reconnect::Reconnect;
use crate::error::{Disconnect, Error};

/// How many messages lie between two ends in this process.
const BETWEEN: usize = 64;

/// The fault: a call that never left is said to have been made, or the other way round.
#[tokio::test(start_paused = true)]
async fn what_the_transport_has_not_taken_was_not_sent() {
    let stage = Stage::new([Scene::Deaf]);
    let client = stage.client(Reconnect::new());
    soon(client.connected()).await.unwrap();
    let gateway = client.main();
    let calls: Vec<_> = (0..100).map(|n| gateway.note(n.to_string())).collect();
    settle().await;
    // They wait for room. These wait behind them.
    let later: Vec<_> = (100..110).map(|n| gateway.note(n.to_string())).collect();
    let streamed = gateway.shelf("x");
    let pipelined = streamed.tag();
    settle().await;
    stage.kill();
    for (n, call) in calls.into_iter().enumerate() {
        let error = call.await.unwrap_err();
        let expected_sent = n < BETWEEN;
        assert_eq!(error.is_not_sent(), !expected_sent, "{n}: {error:?}");
        assert!(matches!(error.disconnect(), Some(Disconnect::PeerGone)));
    }
    for call in later {
        assert!(call.await.unwrap_err().is_not_sent());
    }
    assert!(pipelined.await.unwrap_err().is_not_sent());
    assert!(stage.log().is_empty());
}

/// The fault: a call whose answer is lost with the connection is made again, or said not to have been
/// sent.
#[tokio::test(start_paused = true)]
async fn what_was_sent_may_have_been_executed() {
    let stage = Stage::new([]);
    let client = stage.client(Reconnect::new());
    let gateway = client.main();
    let never = gateway.never();
    let pipelined = client.main().shelf("x");
    let tag = pipelined.tag();
    settle().await;
    stage.kill();
    for error in [
        soon(never).await.unwrap_err(),
        soon(tag).await.map(drop).unwrap_err(),
    ] {
        assert!(matches!(error, Error::MaybeExecuted(_)), "{error:?}");
    }
    soon(gateway.note("again")).await.unwrap();
    let never = stage
        .log()
        .iter()
        .filter(|line| line.ends_with("never"))
        .count();
    assert_eq!(never, 1, "it is not made again by itself");
}

/// A server that shuts down answers what it was asked, and what it was not is not lost.
#[tokio::test(start_paused = true)]
async fn a_server_that_shuts_down_is_left_like_any_other() {
    let stage = Stage::new([]);
    let client = stage.client(Reconnect::new());
    let gateway = client.main();
    assert_eq!(soon(gateway.note("a")).await.unwrap(), 1);
    let never = gateway.never();
    settle().await;
    stage.shut_down();
    let error = soon(never).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::MaybeExecuted(Disconnect::AbortedByPeer { .. })
        ),
        "{error:?}"
    );
    assert_eq!(soon(gateway.note("b")).await.unwrap(), 2);
}
