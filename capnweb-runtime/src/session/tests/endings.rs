//! Draining a session, the end of what a peer says, and who is told that a session is over.

use std::sync::{Arc, Mutex};

use futures_util::FutureExt as _;

use super::support::{Scripted, call, failure, number, value};
use super::world::World;
use crate::error::Disconnect;
use crate::hook::{SessionControl as _, Stub, Value, Waiter, promise};

fn drained(peer: &Scripted) -> Option<Result<(), Disconnect>> {
    peer.connection.drain().now_or_never()
}

fn is_drained(peer: &Scripted) -> bool {
    matches!(drained(peer), Some(Ok(())))
}

/// S-91: what counts is what the peer waits for.
#[tokio::test]
async fn s91_a_session_is_drained_when_every_pull_is_answered() {
    let peer = Scripted::new();
    assert!(is_drained(&peer));
    peer.says(r#"["push",["pipeline",0,["later"],[1]]]"#);
    assert!(is_drained(&peer), "nobody has asked for the result");
    peer.says(r#"["pull",1]"#);
    peer.says(r#"["push",["pipeline",0,["later"],[2]]]"#);
    peer.says(r#"["pull",2]"#);
    assert!(!is_drained(&peer));
    let waiting = tokio::spawn({
        let connection = Arc::clone(&peer.connection);
        async move { connection.drain().await.is_ok() }
    });
    peer.world.open_gate();
    peer.hears(&[r#"["resolve",1,1]"#, r#"["resolve",2,2]"#])
        .await;
    assert!(waiting.await.unwrap(), "who waits is told");
    assert!(is_drained(&peer));
    peer.says(r#"["pull",1]"#);
    assert!(is_drained(&peer), "it was answered already");
}

/// S-91: a promise inside a result is waited for, too, although nobody pulls it.
#[tokio::test]
async fn s91_a_promise_that_was_given_away_is_waited_for() {
    let peer = Scripted::new();
    let (pending, resolver) = promise();
    let given = Stub::promise(pending);
    drop(call(peer.main(), "take", [Value::Capability(given)]));
    assert!(!is_drained(&peer));
    resolver.settle(Ok(number(1.0)));
    assert!(is_drained(&peer));
}

#[tokio::test]
async fn s91_what_the_peer_lets_go_of_is_not_waited_for() {
    let peer = Scripted::new();
    peer.says(r#"["push",["pipeline",0,["later"],[1]]]"#);
    peer.says(r#"["pull",1]"#);
    peer.says(r#"["release",1,1]"#);
    assert!(is_drained(&peer));
    peer.world.open_gate();
    peer.is_clean().await;
    assert!(is_drained(&peer), "counted once");
}

/// The fault: a call that could not be encoded leaves the session waiting for a promise that never
/// went out.
#[tokio::test]
async fn s91_what_was_rolled_back_is_not_waited_for() {
    let peer = Scripted::new();
    let (pending, _resolver) = promise();
    let deep = (0..300).fold(Value::Null, |inner, _| Value::Array(vec![inner]));
    let args = [Value::Capability(Stub::promise(pending)), deep];
    let refused = call(peer.main(), "take", args);
    assert!(peer.value(&refused).await.is_err());
    assert!(is_drained(&peer));
}

#[tokio::test]
async fn s91_draining_fails_with_the_session() {
    let peer = Scripted::new();
    peer.says(r#"["push",["pipeline",0,["hang"],[]]]"#);
    peer.says(r#"["pull",1]"#);
    let connection = Arc::clone(&peer.connection);
    let waiting = tokio::spawn(async move { connection.drain().await });
    tokio::task::yield_now().await;
    peer.connection.close("enough");
    let told = waiting.await.unwrap().unwrap_err();
    assert_eq!(told.to_string(), "enough");
    assert!(matches!(drained(&peer), Some(Err(Disconnect::Closed(_)))));
}

/// T-26: a handler that waits for the client, which has no more to say.
#[tokio::test]
async fn t26_what_is_asked_of_a_peer_that_is_silent_fails() {
    let peer = Scripted::new();
    peer.says(r#"["push",["pipeline",0,["callFunction"],[["export",-1],5]]]"#);
    peer.says(r#"["pull",1]"#);
    let asked = [r#"["push",["pipeline",-1,[],[5]]]"#, r#"["pull",1]"#];
    assert_eq!(peer.heard().await[..2], asked);
    peer.connection.end_input(&Disconnect::BatchEnded);
    let told = peer.heard().await;
    assert!(
        told.contains(&r#"["reject",1,["error","Error","Batch RPC request ended."]]"#.to_owned()),
        "{told:?}"
    );
    assert!(is_drained(&peer));
    assert!(peer.ended().is_none(), "the session itself goes on");
}

/// T-26: the same for what is asked afterwards; what is called without a question still goes out.
#[tokio::test]
async fn t26_calls_still_go_out_and_questions_do_not() {
    let peer = Scripted::new();
    peer.connection.end_input(&Disconnect::BatchEnded);
    let called = call(peer.main(), "notify", [number(1.0)]);
    peer.hears(&[r#"["push",["pipeline",0,["notify"],[1]]]"#])
        .await;
    let told = failure(peer.value(&called).await);
    assert_eq!(told, "Batch RPC request ended.");
    peer.hears(&[r#"["release",1,1]"#]).await;
}

/// T-26: an answer that is in the input is an answer.
#[tokio::test]
async fn t26_an_answer_that_came_before_counts() {
    let peer = Scripted::new();
    peer.says(r#"["push",["pipeline",0,["callFunction"],[["export",-1],5]]]"#);
    peer.says(r#"["pull",1]"#);
    peer.says(r#"["resolve",1,25]"#);
    peer.connection.end_input(&Disconnect::BatchEnded);
    let told = peer.heard().await;
    assert!(
        told.contains(&r#"["resolve",1,{"result":25}]"#.to_owned()),
        "{told:?}"
    );
}

/// Notes who is told what, in order.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    fn when_broken(&self, stub: &Stub, name: &str) {
        let (told, name) = (self.clone(), name.to_owned());
        stub.on_broken(move |error| told.note(format!("{name}: {error}")));
    }

    fn note(&self, what: String) {
        self.0.lock().unwrap().push(what);
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// S-92, S-80: in the order of registration, before what waits fails, whatever was dropped since.
#[tokio::test]
async fn s92_all_are_told_in_order_before_anything_else_happens() {
    let peer = Scripted::new();
    let told = Told::default();
    told.when_broken(peer.main(), "main");
    peer.says(r#"["push",["pipeline",0,["keep"],[["export",-1]]]]"#);
    let Some(Value::Capability(other)) = peer.world.kept().pop() else {
        panic!("it was kept");
    };
    told.when_broken(&other, "other");
    let pending = call(peer.main(), "slow", []);
    told.when_broken(&pending, "pending");
    told.when_broken(peer.main(), "main again");
    let waiter = told.clone();
    pending
        .cap()
        .when_settled(Waiter::new(move |_| waiter.note("waiter".to_owned())));
    peer.world.forget();
    drop(other);
    peer.connection.close("bye");
    assert_eq!(
        told.all(),
        [
            "main: bye",
            "other: bye",
            "pending: bye",
            "main again: bye",
            "waiter"
        ]
    );
    told.when_broken(peer.main(), "late");
    assert_eq!(told.all().last().unwrap(), "late: bye", "at once");
}

/// S-92: what a promise becomes takes over its place.
#[tokio::test]
async fn s92_a_promise_hands_its_place_on_to_the_object_it_becomes() {
    let peer = Scripted::new();
    let told = Told::default();
    let promise = call(peer.main(), "make", []);
    told.when_broken(&promise, "promised");
    told.when_broken(peer.main(), "main");
    peer.says(r#"["resolve",1,["export",-1]]"#);
    peer.connection.close("bye");
    assert_eq!(told.all(), ["promised: bye", "main: bye"]);
}

/// S-92: data cannot break.
#[tokio::test]
async fn s92_a_promise_that_becomes_data_forgets() {
    let peer = Scripted::new();
    let told = Told::default();
    let promise = call(peer.main(), "make", []);
    told.when_broken(&promise, "promised");
    peer.says(r#"["resolve",1,{"a":["export",-1]}]"#);
    told.when_broken(&promise, "data");
    peer.connection.close("bye");
    assert!(told.all().is_empty());
}

/// S-92: a promise breaks by failing, once, and nobody has to ask for it.
#[tokio::test]
async fn s92_a_promise_that_fails_is_broken() {
    let peer = Scripted::new();
    let told = Told::default();
    let promise = call(peer.main(), "make", []);
    told.when_broken(&promise, "promised");
    peer.hears(&[r#"["push",["pipeline",0,["make"],[]]]"#])
        .await;
    peer.says(r#"["reject",1,["error","Error","no"]]"#);
    assert_eq!(told.all(), ["promised: no"]);
    told.when_broken(&promise, "later");
    peer.connection.close("bye");
    assert_eq!(told.all(), ["promised: no", "later: no"]);
}

/// S-92: a promise of this side's leads to the peer's object that it becomes.
#[tokio::test]
async fn s92_a_promise_made_here_hands_on() {
    let peer = Scripted::new();
    let told = Told::default();
    let (local, resolver) = promise();
    told.when_broken(&Stub::promise(local), "local");
    resolver.follow(peer.main().cap().clone());
    let (failing, resolver) = promise();
    told.when_broken(&Stub::promise(failing), "failing");
    resolver.settle(Err(crate::Error::new("no")));
    assert_eq!(told.all(), ["failing: no"]);
    peer.connection.close("bye");
    assert_eq!(told.all(), ["failing: no", "local: bye"]);
}

/// S-92: what is in this process does not break, and a callback that panics breaks nothing else.
#[tokio::test]
async fn s92_a_callback_that_panics_is_ignored() {
    let peer = Scripted::new();
    let told = Told::default();
    told.when_broken(&World::new().stub(), "local");
    peer.main().on_broken(|_| panic!("this is caught"));
    told.when_broken(peer.main(), "main");
    let waiting = call(peer.main(), "slow", []);
    peer.connection.close("bye");
    assert_eq!(told.all(), ["main: bye"]);
    assert_eq!(failure(value(&waiting).await), "bye");
}

#[tokio::test]
async fn statistics_count_both_ways() {
    let peer = Scripted::new();
    let message = r#"["push",["pipeline",0,["hang"],[]]]"#;
    peer.says(message);
    let stats = peer.connection.stats();
    assert_eq!((stats.messages_in, stats.messages_out), (1, 0));
    assert_eq!(stats.bytes_in, message.len() as u64);
    assert_eq!(stats.calls_in_flight, 1);
    drop(call(peer.main(), "f", []));
    let stats = peer.connection.stats();
    let sent = [r#"["push",["pipeline",0,["f"],[]]]"#, r#"["release",1,1]"#];
    assert_eq!(stats.messages_out, 2);
    let bytes: usize = sent.iter().map(|frame| frame.len()).sum();
    assert_eq!(stats.bytes_out, bytes as u64);
    assert!(stats.queued_bytes >= bytes, "{stats:?}");
    peer.hears(&sent).await;
    peer.hears(&[]).await;
    assert_eq!(peer.connection.stats().queued_bytes, 0);
}

#[tokio::test(start_paused = true)]
async fn statistics_know_how_long_nothing_has_passed() {
    let second = std::time::Duration::from_secs(1);
    let peer = Scripted::new();
    tokio::time::advance(second * 3).await;
    peer.says(r#"["push",1]"#);
    tokio::time::advance(second * 2).await;
    let stats = peer.connection.stats();
    assert_eq!((stats.age, stats.idle), (second * 5, second * 2));
}
