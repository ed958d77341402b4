//! References that work again, and those that do not.

use futures_util::StreamExt as _;

use super::stage::{GatewayStub, ShelfStub, Stage, settle, soon};
use crate::endpoint::reconnect::{Reconnect, ReconnectingClient};
use crate::error::Error;
use crate::policy::Methods;
use crate::typed::Function;

/// A client that is connected.
async fn connected(stage: &Stage) -> ReconnectingClient<GatewayStub> {
    let client = stage.client(Reconnect::new());
    soon(client.connected()).await.unwrap();
    client
}

async fn broken(stage: &Stage, client: &ReconnectingClient<GatewayStub>) {
    stage.kill();
    settle().await;
    soon(client.connected()).await.unwrap();
}

/// A18. The fault: what was derived is dead after a break, or leads to what another was derived to.
#[tokio::test(start_paused = true)]
async fn what_was_derived_works_on_every_connection() {
    let stage = Stage::new([]);
    let client = connected(&stage).await;
    let shelves: Vec<ShelfStub> = ["x", "y"]
        .into_iter()
        .map(|tag| client.derive(&client.main(), move |gateway| gateway.shelf(tag)))
        .collect();
    let inner = client.derive(&shelves[1], |shelf| shelf.inner("z"));
    for server in 1..=3 {
        assert_eq!(
            soon(shelves[0].tag()).await.unwrap(),
            format!("x of {server}")
        );
        assert_eq!(soon(inner.tag()).await.unwrap(), format!("y/z of {server}"));
        assert_eq!(
            soon(shelves[1].tag()).await.unwrap(),
            format!("y of {server}")
        );
        broken(&stage, &client).await;
    }
    let derived = stage
        .log()
        .iter()
        .filter(|line| line.contains(": shelf"))
        .count();
    assert_eq!(derived, 6, "once each on each connection");
}

/// A18. The fault: what came as an ordinary result is asked for again behind the program's back, or is
/// another object after a break.
#[tokio::test(start_paused = true)]
async fn what_was_returned_belongs_to_its_connection() {
    let stage = Stage::new([]);
    let client = connected(&stage).await;
    let shelf = soon(client.main().shelf("x")).await.unwrap();
    let promised = client.main().shelf("y");
    assert_eq!(soon(shelf.tag()).await.unwrap(), "x of 1");
    broken(&stage, &client).await;
    for _ in 0..2 {
        let error = soon(shelf.tag()).await.unwrap_err();
        assert!(matches!(error, Error::Disconnected(_)), "{error:?}");
    }
    let error = soon(promised.tag()).await.unwrap_err();
    assert!(
        matches!(error, Error::MaybeExecuted(_)),
        "as its promise: {error:?}"
    );
    let derived = client.derive(&shelf, |shelf| shelf.inner("z"));
    let error = soon(derived.tag()).await.unwrap_err();
    assert!(matches!(error, Error::Disconnected(_)), "{error:?}");
    assert_eq!(stage.log(), ["1: shelf x", "1: shelf y", "1: tag x"]);
}

/// The fault: what could not be derived once is dead until the next break.
#[tokio::test(start_paused = true)]
async fn what_could_not_be_derived_is_asked_for_again() {
    let stage = Stage::new([]);
    let client = connected(&stage).await;
    stage.make_frail(2);
    let frail = client.derive(&client.main(), GatewayStub::frail);
    for _ in 0..2 {
        let error = soon(frail.tag()).await.unwrap_err();
        assert_eq!(error.to_string(), "not ready");
        settle().await;
    }
    assert_eq!(soon(frail.tag()).await.unwrap(), "frail of 1");
}

/// The fault: a server that is handed its own object back does not know it, because it was wrapped.
#[tokio::test(start_paused = true)]
async fn what_was_derived_goes_home_as_what_it_is() {
    let stage = Stage::new([]);
    let client = connected(&stage).await;
    let gateway = client.main();
    let shelf = client.derive(&gateway, |gateway| gateway.shelf("x"));
    for _ in 0..2 {
        assert_eq!(
            soon(gateway.recognise(&shelf)).await.unwrap().as_deref(),
            Some("x")
        );
        settle().await;
        assert_eq!(
            soon(gateway.recognise(&shelf)).await.unwrap().as_deref(),
            Some("x")
        );
        broken(&stage, &client).await;
    }
}

/// The fault: a guard in front of a lasting reference is gone after a break, or what is derived through
/// it goes past it.
#[tokio::test(start_paused = true)]
async fn guards_stay_in_front() {
    let stage = Stage::new([]);
    let client = connected(&stage).await;
    let guarded = client.main().guarded(Methods::only(["shelf"]));
    let shelf = client.derive(&guarded, |gateway| gateway.shelf("x"));
    let frail = client.derive(&guarded, GatewayStub::frail);
    for server in 1..=2 {
        assert_eq!(soon(shelf.tag()).await.unwrap(), format!("x of {server}"));
        assert!(soon(guarded.note("a")).await.unwrap_err().is_denied());
        assert!(soon(frail.tag()).await.unwrap_err().is_denied());
        broken(&stage, &client).await;
    }
}

/// The fault: `map`, streams and callbacks know nothing of lasting references.
#[tokio::test(start_paused = true)]
async fn everything_else_goes_through() {
    let stage = Stage::new([]);
    let client = stage.client(Reconnect::new());
    let gateway = client.main();
    for server in 1..=2 {
        // On the first round it is not connected yet.
        let tags = gateway.tags().map(|tag| gateway.shelf(tag).tag());
        let expected = ["a", "b"].map(|tag| format!("{tag} of {server}"));
        assert_eq!(soon(tags).await.unwrap(), expected);
        let mut numbers = soon(gateway.endless()).await.unwrap();
        let first: Vec<_> = numbers.by_ref().take(3).map(Result::unwrap).collect().await;
        assert_eq!(first, [0, 1, 2]);
        let called = soon(gateway.lend(Function::new(|| async { Ok(()) }))).await;
        called.unwrap();
        broken(&stage, &client).await;
        let mut rest = numbers.filter_map(|number| std::future::ready(number.err()));
        let end = soon(rest.next()).await;
        assert!(end.expect("a stream ends with an error").is_disconnected());
    }
}

/// The fault: what the server was given is kept after it is gone.
#[tokio::test(start_paused = true)]
async fn what_the_server_held_is_let_go_of() {
    let stage = Stage::new([]);
    let client = connected(&stage).await;
    let kept = std::sync::Arc::new(());
    let held = std::sync::Arc::clone(&kept);
    let function = Function::new(move || {
        let held = std::sync::Arc::clone(&held);
        async move {
            drop(held);
            Ok(())
        }
    });
    soon(client.main().lend(function)).await.unwrap();
    assert_eq!(std::sync::Arc::strong_count(&kept), 2);
    stage.kill();
    settle().await;
    assert_eq!(std::sync::Arc::strong_count(&kept), 1);
}

/// The fault: an idle client grows with each break.
#[tokio::test(start_paused = true)]
async fn nothing_is_left_of_old_connections() {
    let stage = Stage::new([]);
    let client = connected(&stage).await;
    let shelf = client.derive(&client.main(), |gateway| gateway.shelf("x"));
    for _ in 0..5 {
        soon(shelf.tag()).await.unwrap();
        settle().await;
        let stats = client.session().unwrap().stats();
        assert_eq!((stats.imports, stats.exports), (2, 1));
        broken(&stage, &client).await;
    }
    drop(shelf);
    soon(client.main().note("a")).await.unwrap();
    settle().await;
    let stats = client.session().unwrap().stats();
    assert_eq!((stats.imports, stats.exports), (1, 1));
    assert_eq!(stage.tables(), (1, 1));
}
