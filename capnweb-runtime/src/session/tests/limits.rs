//! Every limit, at the limit and one past it.

use super::support::{Scripted, call, failure, function, number, settle};
use crate::connection::Connection;
use crate::error::{Disconnect, Violation};
use crate::hook::{Peer, Stub, Value};
use crate::limits::Limits;

fn limits(change: impl FnOnce(&mut Limits)) -> Limits {
    let mut limits = Limits::default();
    change(&mut limits);
    limits
}

#[track_caller]
fn assert_violation(peer: &Scripted, expected: &Violation) {
    match peer.ended() {
        Some(Disconnect::Violation(violation)) => assert_eq!(*violation, *expected),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn l14_pushes_fill_the_export_table() {
    let peer = Scripted::with(limits(|limits| limits.max_exports = 4));
    for _ in 0..3 {
        peer.says(r#"["push",1]"#);
    }
    peer.says(r#"["release",2,1]"#);
    peer.says(r#"["push",1]"#);
    assert!(peer.ended().is_none());
    peer.says(r#"["push",1]"#);
    assert_violation(&peer, &Violation::TooManyExports { limit: 4 });
}

#[tokio::test]
async fn l14_own_introductions_fail_their_message_and_leave_nothing() {
    let peer = Scripted::with(limits(|limits| limits.max_exports = 3));
    let own = || function(|_| Ok(Value::Null));
    let fits = call(peer.main(), "f", [own(), own()]);
    peer.says(r#"["release",-1,1]"#);
    peer.holds(2, 2);
    let fails = call(peer.main(), "f", [own(), own()]);
    assert_eq!(
        failure(peer.value(&fails).await),
        "The peer holds 3 references, which is the limit."
    );
    peer.holds(2, 2);
    drop(fits);

    peer.says(r#"["push",["pipeline",0,["wrap"],[["import",0,["square"]]]]]"#);
    peer.says(r#"["pull",1]"#);
    let heard = peer.heard().await;
    assert!(
        heard
            .last()
            .is_some_and(|frame| frame.contains("which is the limit")),
        "{heard:?}"
    );
    assert!(peer.ended().is_none());
}

#[tokio::test]
async fn l15_introductions_fill_the_import_table() {
    let peer = Scripted::with(limits(|limits| limits.max_imports = 3));
    peer.says(r#"["push",["pipeline",0,["keep"],[["export",-1],["promise",-2],["export",-1]]]]"#);
    peer.says(r#"["resolve",-2,1]"#);
    peer.says(r#"["push",["pipeline",0,["keep"],[["export",-3]]]]"#);
    assert!(peer.ended().is_none());
    settle().await;
    for message in [r#"["push",["export",-4]]"#, r#"["push",["promise",-5]]"#] {
        let peer = Scripted::with(limits(|limits| limits.max_imports = 1));
        peer.says(message);
        assert_violation(&peer, &Violation::TooManyImports { limit: 1 });
    }
    peer.says(r#"["push",["export",-4]]"#);
    assert_violation(&peer, &Violation::TooManyImports { limit: 3 });
}

/// A peer that answers nothing must not make a server that calls it back grow.
#[tokio::test]
async fn l15_calls_that_the_peer_does_not_answer_fill_the_import_table() {
    let peer = Scripted::with(limits(|limits| limits.max_imports = 3));
    let unanswered = [call(peer.main(), "f", []), call(peer.main(), "f", [])];
    let refused = call(peer.main(), "f", [function(|_| Ok(Value::Null))]);
    assert_eq!(
        failure(peer.value(&refused).await),
        "3 references and results of the peer's are held or awaited, which is the limit."
    );
    peer.holds(3, 1);
    drop(unanswered);
    let answered = call(peer.main(), "f", []);
    peer.says(r#"["resolve",3,1]"#);
    assert_eq!(peer.value(&answered).await.ok(), Some(number(1.0)));
    assert!(peer.ended().is_none());
}

/// What waits for an unsettled target is counted too (protocol L-18).
#[tokio::test]
async fn l17_calls_in_flight_are_refused_one_by_one() {
    let peer = Scripted::with(limits(|limits| limits.max_calls_in_flight = 2));
    peer.serves(
        r#"→ ["push",["pipeline",0,["later"],[1]]]
           # a queued call counts too
           → ["push",["pipeline",1,["x"],[]]]
           → ["push",["pipeline",0,["square"],[["export",-1]]]]
           → ["push",["pipeline",0,["prop"]]]
           → ["pull",3]
           → ["pull",4]
           ← ["release",-1,1]
           ← ["reject",3,["error","Error","Too many calls in flight: more than 2."]]
           ← ["reject",4,["error","Error","Too many calls in flight: more than 2."]]"#,
    )
    .await;
    assert_eq!(peer.world.log(), ["later"]);
    peer.world.open_gate();
    settle().await;
    peer.serves(
        r#"→ ["push",["pipeline",0,["square"],[3]]]
           → ["pull",5]
           ← ["resolve",5,9]
           → ["push",["pipeline",0,["hang"],[]]]
           → ["push",["pipeline",0,["stopped"],[]]]
           → ["push",["pipeline",0,["square"],[3]]]
           → ["pull",8]
           ← ["reject",8,["error","Error","Too many calls in flight: more than 2."]]
           # what is cancelled makes room
           → ["release",7,1]"#,
    )
    .await;
    settle().await;
    peer.serves(
        r#"→ ["push",["pipeline",0,["square"],[3]]]
           → ["pull",9]
           ← ["resolve",9,9]"#,
    )
    .await;
}

#[tokio::test]
async fn l12_a_peer_that_does_not_read_is_cut_off() {
    let peer = Scripted::with(limits(|limits| limits.max_outgoing_bytes = 10_000));
    let promises: Vec<Stub> = (0..20).map(|_| call(peer.main(), "f", [])).collect();
    assert!(peer.ended().is_none());
    let last = call(peer.main(), "f", [Value::String("x".repeat(10_000))]);
    assert!(matches!(
        peer.ended(),
        Some(Disconnect::OutgoingQueueFull { limit: 10_000 })
    ));
    for promise in promises.iter().chain([&last]) {
        assert!(failure(peer.value(promise).await).contains("does not read"));
    }
    peer.hears(&[]).await;
    peer.holds(0, 0);
}

#[tokio::test]
async fn l12_what_the_driver_is_writing_counts_until_it_is_written() {
    let limits = limits(|limits| limits.max_outgoing_bytes = 10_000);
    let (connection, main) =
        Connection::new(Scripted::new().world.cap(), Peer::default(), &limits.into());
    let main = Stub::of(main);
    let send = || drop(call(&main, "f", [Value::String("x".repeat(4_000))]));
    send();
    let writing = connection.next_frames().await;
    assert!(writing.is_some());
    send();
    assert!(connection.ended().is_none());
    // Asking for more says that the first was written.
    assert!(connection.next_frames().await.is_some());
    send();
    assert!(connection.ended().is_none());
    send();
    assert!(matches!(
        connection.ended(),
        Some(Disconnect::OutgoingQueueFull { .. })
    ));
    assert!(connection.next_frames().await.is_none());
}

#[tokio::test]
async fn values_that_grow_by_reference_are_refused_on_the_way_in() {
    let peer = Scripted::new();
    let text = "x".repeat(1_000_000);
    peer.says(&format!(r#"["push","{text}"]"#));
    for id in 1..40 {
        peer.says(&format!(
            r#"["push",[[["pipeline",{id}],["pipeline",{id}]]]]"#
        ));
    }
    peer.says(r#"["push",["pipeline",0,["keep"],[["pipeline",40]]]]"#);
    peer.says(r#"["pull",41]"#);
    peer.hears(&[r#"["reject",41,["error","RangeError","The promised values are too large."]]"#])
        .await;
    assert_eq!(peer.world.log(), Vec::<String>::new());
}

#[tokio::test]
async fn values_that_grow_by_reference_are_refused_on_the_way_out() {
    let peer = Scripted::with(limits(|limits| limits.max_outgoing_bytes = 100_000));
    peer.says(r#"["push",[["some text"]]]"#);
    for id in 1..40 {
        peer.says(&format!(
            r#"["push",[[["pipeline",{id}],["pipeline",{id}]]]]"#
        ));
    }
    peer.says(r#"["pull",40]"#);
    let heard = peer.heard().await;
    assert_eq!(
        heard,
        [
            r#"["reject",40,["error","TypeError","The message would be larger than 100000 bytes, which is the limit."]]"#
        ]
    );
    peer.says(r#"["push",["pipeline",0,["square"],[3]]]"#);
    peer.says(r#"["pull",41]"#);
    peer.hears(&[r#"["resolve",41,9]"#]).await;
}

#[tokio::test]
async fn values_that_nest_by_reference_are_refused() {
    let peer = Scripted::new();
    let (open, close) = ("[[".repeat(200), "]]".repeat(200));
    peer.says(r#"["push",1]"#);
    for id in 1..200 {
        peer.says(&format!(r#"["push",{open}["pipeline",{id}]{close}]"#));
    }
    peer.says(r#"["push",["pipeline",0,["keep"],[["pipeline",200]]]]"#);
    peer.says(r#"["pull",201]"#);
    peer.hears(&[r#"["reject",201,["error","RangeError","Promises are nested too deeply."]]"#])
        .await;
    peer.says(r#"["pull",200]"#);
    let heard = peer.heard().await;
    assert!(
        heard[0].contains("Serialization exceeded maximum allowed depth"),
        "{heard:?}"
    );
}

#[tokio::test]
async fn what_fits_the_message_limits_of_one_side_is_refused_by_the_other() {
    let peer = Scripted::with(limits(|limits| limits.max_message_size = 50));
    peer.says(r#"["push",["pipeline",0,["square"],[3]]]"#);
    peer.says(r#"["pull",1]"#);
    peer.hears(&[r#"["resolve",1,9]"#]).await;
    peer.says(&format!(r#"["push","{}"]"#, "x".repeat(41)));
    let heard = peer.heard().await;
    assert!(heard[0].contains("exceeds maximum size of 50"), "{heard:?}");
    drop(call(peer.main(), "f", [number(1.0)]));
    peer.hears(&[]).await;
}

#[tokio::test]
async fn l16_what_is_kept_for_the_peer_is_counted_until_it_lets_go() {
    let peer = Scripted::with(limits(|limits| limits.max_retained_bytes = 10_000));
    let push = format!(r#"["push","{}"]"#, "x".repeat(4_000));
    for id in 1..10 {
        peer.says(&push);
        peer.says(&format!(r#"["release",{id},1]"#));
    }
    peer.says(&push);
    peer.says(&push);
    assert!(peer.ended().is_none());
    peer.says(&push);
    assert_violation(&peer, &Violation::TooManyRetainedBytes { limit: 10_000 });
}

/// Two bytes of text can be forty of memory, or a whole promise.
#[tokio::test]
async fn l16_what_counts_is_the_room_values_take_and_not_their_text() {
    for item in ["1", "[[]]", "{}", r#""""#, r#"["pipeline",0,["prop"]]"#] {
        let peer = Scripted::with(limits(|limits| limits.max_retained_bytes = 30_000));
        let items = vec![item; 900].join(",");
        peer.says(&format!(r#"["push",[[{items}]]]"#));
        assert_violation(&peer, &Violation::TooManyRetainedBytes { limit: 30_000 });
    }
    let peer = Scripted::with(limits(|limits| limits.max_retained_bytes = 30_000));
    let args = vec!["1"; 900].join(",");
    peer.says(&format!(r#"["push",["pipeline",0,["later"],[{args}]]]"#));
    assert_violation(&peer, &Violation::TooManyRetainedBytes { limit: 30_000 });
}

#[tokio::test]
async fn l16_a_value_that_is_read_again_and_again_is_counted_again_and_again() {
    let peer = Scripted::with(limits(|limits| limits.max_retained_bytes = 22_000));
    peer.says(&format!(r#"["push",{{"a":"{}"}}]"#, "x".repeat(4_000)));
    for _ in 0..3 {
        peer.says(r#"["push",["pipeline",1,["a"]]]"#);
    }
    peer.says(r#"["push",["pipeline",1,["a"]]]"#);
    peer.says(r#"["pull",5]"#);
    peer.hears(&[
        r#"["reject",5,["error","RangeError","More than 22000 bytes are kept for the peer already."]]"#,
    ])
    .await;
    peer.says(r#"["release",2,1]"#);
    peer.says(r#"["push",["pipeline",1,["a"]]]"#);
    peer.says(r#"["pull",6]"#);
    assert!(peer.heard().await[0].starts_with(r#"["resolve",6,"xxx"#));
}

#[tokio::test]
async fn l16_arguments_count_until_their_call_has_settled() {
    let peer = Scripted::with(limits(|limits| limits.max_retained_bytes = 10_000));
    let call = format!(
        r#"["push",["pipeline",0,["later"],["{}"]]]"#,
        "x".repeat(4_000)
    );
    peer.says(&call);
    peer.says(&call);
    peer.says(r#"["release",1,1]"#);
    peer.says(r#"["release",2,1]"#);
    settle().await;
    peer.says(&call);
    assert!(peer.ended().is_none());
    peer.says(&call);
    peer.says(r#"["release",3,1]"#);
    peer.says(&call);
    assert_violation(&peer, &Violation::TooManyRetainedBytes { limit: 10_000 });
}

#[tokio::test]
async fn l16_chains_of_promises_without_entries_are_counted() {
    let peer = Scripted::with(limits(|limits| limits.max_retained_bytes = 100_000));
    peer.says(r#"["push",["promise",-1]]"#);
    for id in 1..1_000 {
        peer.says(&format!(
            r#"["resolve",-{id},{{"a":["promise",-{}]}}]"#,
            id + 1
        ));
    }
    assert_violation(&peer, &Violation::TooManyRetainedBytes { limit: 100_000 });
}

#[tokio::test]
async fn l16_results_of_own_calls_are_not_the_peers_to_answer_for() {
    let peer = Scripted::with(limits(|limits| limits.max_retained_bytes = 10_000));
    let results: Vec<Stub> = (0..10).map(|_| call(peer.main(), "f", [])).collect();
    for id in 1..=10 {
        peer.says(&format!(r#"["resolve",{id},"{}"]"#, "x".repeat(4_000)));
    }
    assert!(peer.ended().is_none());
    assert_eq!(results.len(), 10);
}

/// The answer to a call of ours may be what the peer has us call. That is of its making, and stays on
/// its account for as long as we keep the answer: also beyond the session, and no longer.
#[tokio::test]
async fn l16_an_answer_that_is_a_call_on_us_is_counted_until_we_let_go_of_it() {
    for answer in [
        r#"["pipeline",0,["square"],[3]]"#,
        r#"["pipeline",0,["nope"],[]]"#,
        r#"["pipeline",0,["prop"]]"#,
        r#"[[["pipeline",0,["square"],[3]]]]"#,
        r#"["remap",0,["prop"],[],[["pipeline",0]]]"#,
        r#"["remap",0,[0],[],[]]"#,
    ] {
        let peer = Scripted::new();
        let held = call(peer.main(), "f", []);
        peer.says(&format!(r#"["resolve",1,{answer}]"#));
        settle().await;
        peer.connection.terminate(&Disconnect::PeerGone);
        settle().await;
        let debts = peer.connection.debts();
        assert!(debts.bytes > 0 && debts.calls == 0, "{answer}: {debts:?}");
        drop(held);
        settle().await;
        assert_eq!(peer.connection.debts().bytes, 0, "{answer}");
    }
}

/// A method of ours may keep a result that the peer names as if it were an object.
#[tokio::test]
async fn l16_a_result_that_a_method_keeps_is_counted_until_it_lets_go_of_it() {
    let peer = Scripted::new();
    peer.says(r#"["push",["pipeline",0,["wrap"],[3]]]"#);
    peer.says(r#"["push",["pipeline",0,["keep"],[["import",1]]]]"#);
    settle().await;
    peer.connection.terminate(&Disconnect::PeerGone);
    settle().await;
    assert!(peer.connection.debts().bytes > 0);
    peer.world.forget();
    settle().await;
    assert_eq!(peer.connection.debts().bytes, 0);
}
