//! The end of a client.

use std::sync::{Arc, Mutex};

use futures_util::FutureExt as _;

use super::stage::{Scene, Stage, seconds, settle, soon};
use crate::endpoint::reconnect::Reconnect;
use crate::error::{Disconnect, Error};
use crate::typed::Capability as _;

#[tokio::test(start_paused = true)]
async fn closing_ends_what_is_under_way_and_what_waits() {
    let stage = Stage::new([]);
    let client = stage.client(Reconnect::new());
    let gateway = client.main();
    let told = Arc::<Mutex<Vec<String>>>::default();
    let telling = Arc::clone(&told);
    gateway
        .as_stub()
        .on_broken(move |error| telling.lock().unwrap().push(error.to_string()));
    soon(client.connected()).await.unwrap();
    let never = gateway.never();
    settle().await;
    stage.kill();
    settle().await;
    assert!(matches!(soon(never).await, Err(Error::MaybeExecuted(_))));
    assert!(
        told.lock().unwrap().is_empty(),
        "it has not broken with the connection"
    );
    soon(client.connected()).await.unwrap();
    let never = gateway.never();
    settle().await;
    client.close("enough");
    let error = never.now_or_never().expect("at once").unwrap_err();
    assert!(matches!(&error, Error::MaybeExecuted(Disconnect::Closed(why)) if &**why == "enough"));
    let error = gateway
        .note("b")
        .now_or_never()
        .expect("at once")
        .unwrap_err();
    assert!(matches!(&error, Error::NotSent(Disconnect::Closed(why)) if &**why == "enough"));
    assert_eq!(*told.lock().unwrap(), ["enough"]);
    gateway
        .as_stub()
        .on_broken(|error| assert!(error.is_disconnected()));
    tokio::time::sleep(seconds(1000)).await;
    assert_eq!(stage.attempts(), 2);
}

#[tokio::test(start_paused = true)]
async fn closing_ends_an_attempt_and_what_waits_for_it() {
    let stage = Stage::new([Scene::Hangs]);
    let client = stage.client(Reconnect::new());
    let waits = client.main().note("a");
    settle().await;
    client.close("enough");
    let error = waits.now_or_never().expect("at once").unwrap_err();
    assert!(
        matches!(error, Error::NotSent(Disconnect::Closed(_))),
        "{error:?}"
    );
    assert!(matches!(soon(client.closed()).await, Disconnect::Closed(_)));
    tokio::time::sleep(seconds(1000)).await;
    assert_eq!(stage.attempts(), 1);
}

/// The fault: a program that has let go of everything goes on connecting, and the server goes on
/// serving it.
#[tokio::test(start_paused = true)]
async fn it_ends_with_the_last_of_its_references() {
    let stage = Stage::new([]);
    let client = stage.client(Reconnect::new());
    let shelf = client.derive(&client.main(), |gateway| gateway.shelf("x"));
    let watch = client.watch();
    drop(client);
    assert_eq!(soon(shelf.tag()).await.unwrap(), "x of 1");
    stage.kill();
    settle().await;
    assert_eq!(soon(shelf.tag()).await.unwrap(), "x of 2");
    assert!(watch.borrow().closed().is_none());
    drop(shelf);
    settle().await;
    assert!(matches!(
        watch.borrow().closed(),
        Some(Disconnect::Shutdown)
    ));
    assert!(watch.has_changed().is_err(), "nobody holds anything of it");
    tokio::time::sleep(seconds(1000)).await;
    assert_eq!(stage.attempts(), 2);
}

/// The fault: whoever waits for a call waits for ever, once the runtime of the client is gone.
#[test]
fn a_runtime_that_ends_takes_the_client_along() {
    let stage = Stage::new([Scene::Hangs]);
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let first = runtime();
    let (client, waits) = first.block_on(async {
        let client = stage.client(Reconnect::new());
        let waits = client.main().note("a");
        settle().await;
        (client, waits)
    });
    drop(first);
    runtime().block_on(async {
        assert!(waits.await.unwrap_err().is_not_sent());
        assert!(client.connected().await.is_err());
    });
}
