//! Time that runs out on either side of a session.

use std::convert::Infallible;
use std::time::Duration;

use super::support::{Scripted, call, failure, settle};
use crate::config::SessionConfig;
use crate::limits::Limits;

const SECOND: Duration = Duration::from_secs(1);

fn slow() -> Scripted {
    Scripted::with(Limits {
        max_handler_time: Some(SECOND),
        max_calls_in_flight: 2,
        ..Limits::default()
    })
}

const LATE: &str = r#"["error","Error","timed out after 1s",null,{"code":"TIMED_OUT"}]"#;

async fn pass(time: Duration) {
    settle().await;
    tokio::time::advance(time).await;
    settle().await;
}

#[tokio::test(start_paused = true)]
async fn a_method_that_is_late_fails_and_is_told_so() {
    let peer = slow();
    peer.says(r#"["push",["pipeline",0,["later"],[1]]]"#);
    peer.says(r#"["pull",1]"#);
    pass(Duration::from_millis(990)).await;
    peer.hears(&[]).await;
    assert_eq!(peer.world.cancelled(), 0);
    pass(Duration::from_millis(20)).await;
    peer.hears(&[&format!(r#"["reject",1,{LATE}]"#)]).await;
    assert_eq!(peer.world.cancelled(), 1);
    assert!(peer.ended().is_none());
}

/// What it waits for would be kept for ever.
#[tokio::test(start_paused = true)]
async fn a_late_method_that_can_be_dropped_is_dropped() {
    let peer = slow();
    peer.says(r#"["push",["pipeline",0,["stopped"],[]]]"#);
    peer.says(r#"["pull",1]"#);
    pass(SECOND / 2).await;
    assert_eq!(peer.world.alive(), 1);
    pass(SECOND).await;
    peer.hears(&[&format!(r#"["reject",1,{LATE}]"#)]).await;
    assert_eq!(peer.world.alive(), 0);
}

/// Else a peer could have any number of them running.
#[tokio::test(start_paused = true)]
async fn a_late_method_that_runs_on_stays_a_call_in_flight() {
    let peer = slow();
    for id in [1, 2] {
        peer.says(r#"["push",["pipeline",0,["hang"],[]]]"#);
        peer.says(&format!(r#"["pull",{id}]"#));
    }
    pass(2 * SECOND).await;
    assert_eq!(peer.heard().await.len(), 2);
    peer.serves(
        r#"→ ["release",1,1]
           → ["release",2,1]
           → ["push",["pipeline",0,["square"],[3]]]
           → ["pull",3]
           ← ["reject",3,["error","Error","Too many calls in flight: more than 2."]]"#,
    )
    .await;
}

/// A peer that never settles what it passes would hold the call for ever.
#[tokio::test(start_paused = true)]
async fn a_method_whose_arguments_do_not_come_in_time_is_never_entered() {
    let peer = slow();
    for id in [1, 2] {
        peer.says(&format!(
            r#"["push",["pipeline",0,["echo"],[["promise",-{id}]]]]"#
        ));
        peer.says(&format!(r#"["pull",{id}]"#));
    }
    pass(2 * SECOND).await;
    let heard = peer.heard().await;
    assert_eq!(
        heard
            .iter()
            .filter(|frame| frame.contains("TIMED_OUT"))
            .count(),
        2,
        "{heard:?}"
    );
    assert_eq!(peer.world.log(), [""; 0]);
    peer.serves(
        r#"→ ["push",["pipeline",0,["square"],[3]]]
           → ["pull",3]
           ← ["resolve",3,9]"#,
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_method_that_is_in_time_is_not_touched() {
    let peer = slow();
    peer.says(r#"["push",["pipeline",0,["later"],[1]]]"#);
    peer.says(r#"["pull",1]"#);
    pass(SECOND / 2).await;
    peer.world.open_gate();
    pass(2 * SECOND).await;
    peer.hears(&[r#"["resolve",1,1]"#]).await;
    assert_eq!(peer.world.cancelled(), 0);
}

fn impatient() -> Scripted {
    Scripted::configured(&SessionConfig::new().call_timeout(SECOND))
}

/// Runs what the driver runs beside reading and writing.
fn wait_impatiently(peer: &Scripted) -> tokio::task::JoinHandle<Infallible> {
    let connection = std::sync::Arc::clone(&peer.connection);
    tokio::spawn(async move { connection.lose_patience().await })
}

/// L-26: a server that calls a client back must not wait for ever.
#[tokio::test(start_paused = true)]
async fn l26_a_call_that_is_not_answered_fails_and_is_let_go_of() {
    let peer = impatient();
    let waiting = wait_impatiently(&peer);
    let slow = call(peer.main(), "f", []);
    let unasked = call(peer.main(), "g", []);
    let value = tokio::spawn(async move { super::support::value(&slow).await });
    peer.hears(&[
        r#"["push",["pipeline",0,["f"],[]]]"#,
        r#"["push",["pipeline",0,["g"],[]]]"#,
        r#"["pull",1]"#,
    ])
    .await;
    pass(SECOND / 2).await;
    peer.hears(&[]).await;
    pass(SECOND).await;
    peer.hears(&[r#"["release",1,1]"#]).await;
    assert_eq!(failure(value.await.unwrap()), "timed out after 1s");
    // Too late; and one that nobody asked for has all the time there is.
    peer.says(r#"["resolve",1,7]"#);
    assert!(peer.ended().is_none());
    peer.holds(2, 1);
    drop(unasked);
    peer.is_clean_but_for(&[r#"["release",2,1]"#]).await;
    waiting.abort();
}

#[tokio::test(start_paused = true)]
async fn l26_answered_calls_take_no_room_for_long() {
    let peer = impatient();
    for id in 1..=10_000 {
        let promise = call(peer.main(), "f", []);
        drop(super::support::begin(&promise));
        peer.says(&format!(r#"["resolve",{id},1]"#));
        drop(super::support::frames(&peer.connection));
    }
    assert!(peer.connection.waiting_for_answers() <= 1024);
}
