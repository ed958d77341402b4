//! When it tries again, and when not.

use std::time::Duration;

use super::stage::{Scene, Stage, seconds, settle, soon};
use crate::endpoint::reconnect::{ClientState, Reconnect};
use crate::error::Disconnect;

/// The fault: a server that is down, or that closes every connection, is asked without a pause by
/// every client there is.
#[tokio::test(start_paused = true)]
async fn a_server_that_is_of_no_use_is_asked_less_and_less() {
    for scene in [Scene::Refused, Scene::Breaks, Scene::Hangs] {
        let stage = Stage::new(std::iter::repeat_n(scene, 10_000));
        let client = stage.client(Reconnect::new());
        tokio::time::sleep(Duration::from_hours(1)).await;
        drop(client);
        let attempts = stage.attempts();
        // One each 15 seconds in the end, or 25 if each takes 10: half as many and twice are never
        // seen, by any luck.
        assert!((72..480).contains(&attempts), "{attempts}");
        let pauses = stage.pauses();
        let early: Duration = pauses.iter().take(5).sum();
        let late: Duration = pauses.iter().rev().take(40).sum();
        assert!(early < seconds(60), "{early:?}");
        assert!(late > seconds(240), "{late:?}");
        assert!(
            pauses.iter().all(|pause| *pause <= seconds(40)),
            "{pauses:?}"
        );
    }
}

/// The fault: after an outage that was long, every later one begins with a long wait.
#[tokio::test(start_paused = true)]
async fn after_a_healthy_time_the_next_outage_begins_anew() {
    let stage = Stage::new([Scene::Refused; 12]);
    let client = stage.client(Reconnect::new());
    soon(client.connected()).await.unwrap();
    tokio::time::sleep(seconds(11)).await;
    let mut watch = client.watch();
    stage.kill();
    soon(watch.wait_for(|state| !state.is_connected()))
        .await
        .unwrap();
    let begun = tokio::time::Instant::now();
    soon(client.connected()).await.unwrap();
    assert!(
        begun.elapsed() <= Duration::from_millis(100),
        "{:?}",
        begun.elapsed()
    );
}

/// The same without: a connection that lasts for a moment is none.
#[tokio::test(start_paused = true)]
async fn a_short_connection_does_not_begin_anew() {
    let stage = Stage::new([Scene::Refused; 12]);
    let client = stage.client(Reconnect::new());
    soon(client.connected()).await.unwrap();
    for _ in 0..40 {
        tokio::time::sleep(seconds(1)).await;
        stage.kill();
        settle().await;
        soon(client.connected()).await.unwrap();
    }
    let pauses = stage.pauses();
    let late: Duration = pauses.iter().rev().take(40).sum();
    assert!(late > seconds(240), "{late:?}");
}

#[tokio::test(start_paused = true)]
async fn statuses_that_will_not_change_end_it() {
    for status in [401, 403, 404, 410] {
        let stage = Stage::new([Scene::Refused, Scene::Status(status)]);
        let client = stage.client(Reconnect::new());
        let waits = client.main().note("a");
        let why = soon(client.connected()).await.unwrap_err();
        assert!(
            matches!(&why, Disconnect::Refused { status: refused, .. } if *refused == status),
            "{why:?}"
        );
        assert!(soon(waits).await.unwrap_err().is_not_sent());
        assert!(
            soon(client.main().note("b"))
                .await
                .unwrap_err()
                .is_not_sent()
        );
        assert!(matches!(
            client.state(),
            ClientState::Closed(Disconnect::Refused { .. })
        ));
        tokio::time::sleep(seconds(1000)).await;
        assert_eq!(stage.attempts(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn other_statuses_pass_and_which_those_are_can_be_said() {
    let stage = Stage::new([Scene::Status(503), Scene::Status(500), Scene::Status(403)]);
    let client = stage.client(Reconnect::new().give_up_on([418]));
    soon(client.connected()).await.unwrap();
    assert_eq!(stage.attempts(), 4);
    let stage = Stage::new([Scene::Status(418)]);
    let client = stage.client(Reconnect::new().give_up_on([418]));
    assert!(soon(client.closed()).await.kind() == "refused");
}

#[tokio::test(start_paused = true)]
async fn it_gives_up_after_so_long_only_if_it_is_told_to() {
    let begun = tokio::time::Instant::now();
    let stage = Stage::new([Scene::Refused; 1000]);
    let client = stage.client(Reconnect::new().max_elapsed(seconds(60)));
    let why = soon(client.closed()).await;
    assert_eq!(why.kind(), "transport");
    let took = begun.elapsed();
    assert!(took <= seconds(60) && took >= seconds(20), "{took:?}");
}

/// The fault: a status line that says nothing, or the wrong thing.
#[tokio::test(start_paused = true)]
async fn who_watches_is_told_of_attempts() {
    let stage = Stage::new([Scene::Refused, Scene::Hangs]);
    let client = stage.client(Reconnect::new());
    let mut watch = client.watch();
    let mut seen = Vec::new();
    let watching = async {
        loop {
            let now = watch.borrow_and_update().clone();
            seen.push(match &now {
                ClientState::Connected => "connected".to_owned(),
                ClientState::Connecting {
                    attempt,
                    next_try,
                    why,
                } => {
                    let when = if next_try.is_some() { "soon" } else { "now" };
                    let why = why.as_ref().map_or("-", Disconnect::kind);
                    format!("{attempt} {when} {why}")
                }
                ClientState::Closed(why) => why.to_string(),
            });
            match &now {
                ClientState::Connected => client.close("enough"),
                ClientState::Closed(_) => break,
                ClientState::Connecting { .. } => {}
            }
            watch.changed().await.unwrap();
        }
    };
    soon(watching).await;
    let expected = [
        "1 now -",
        "2 soon transport",
        "2 now transport",
        "3 soon transport",
        "connected",
        "enough",
    ];
    assert_eq!(seen, expected);
}
