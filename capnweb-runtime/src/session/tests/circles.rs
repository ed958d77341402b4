//! Promises that a hostile peer resolves to one another: circles and endless chains (S-55).

use std::fmt::Write as _;
use std::sync::Arc;

use super::support::{Scripted, call, frames, function, is, number, settle, value};
use super::world::World;
use crate::error::Disconnect;
use crate::hook::{
    Cancel, Cap, Facet, Interface, Member, MemberKind, Results, Revoker, Stub, Value, attenuate,
    promise,
};
use crate::limits::Limits;

const CIRCLE: &str = r#"["error","TypeError","The promise was resolved to itself."]"#;

/// Plays a transcript, ends the session, and checks that nothing of it is left.
async fn plays(transcript: &str) {
    let peer = Scripted::new();
    peer.serves(transcript).await;
    assert!(peer.ended().is_none());
    frees(peer).await;
}

async fn frees(peer: Scripted) {
    peer.says(r#"["abort"]"#);
    settle().await;
    let connection = Arc::downgrade(&peer.connection);
    drop(peer);
    settle().await;
    assert_eq!(connection.strong_count(), 0, "something refers in a circle");
}

#[tokio::test]
async fn a_promise_resolved_to_itself_fails() {
    for itself in [
        r#"["pipeline",1]"#,
        r#"["import",1]"#,
        r#"{"a":["pipeline",1]}"#,
        r#"[[1,["import",1]]]"#,
    ] {
        plays(&format!(
            r#"→ ["push",["promise",-1]]
               → ["resolve",-1,{itself}]
               ← ["release",-1,1]
               → ["push",["pipeline",1,["x"],[]]]
               → ["push",["pipeline",1,["a","a"]]]
               → ["pull",1]
               → ["pull",2]
               → ["pull",3]
               ← ["reject",1,{CIRCLE}]
               ← ["reject",2,{CIRCLE}]
               ← ["reject",3,{CIRCLE}]"#
        ))
        .await;
    }
}

#[tokio::test]
async fn a_circle_of_two_fails_where_it_closes() {
    for (first, second) in [
        (r#"["pipeline",2]"#, r#"["pipeline",1]"#),
        (r#"["import",2]"#, r#"["import",1]"#),
        (r#"{"a":["pipeline",2]}"#, r#"{"b":["pipeline",1]}"#),
        (r#"["pipeline",2]"#, r#"[[["import",1]]]"#),
        (r#"[[["import",2]]]"#, r#"["pipeline",1]"#),
    ] {
        plays(&format!(
            r#"→ ["push",["promise",-1]]
               → ["push",["promise",-2]]
               → ["resolve",-1,{first}]
               ← ["release",-1,1]
               → ["resolve",-2,{second}]
               ← ["release",-2,1]
               → ["pull",2]
               ← ["reject",2,{CIRCLE}]
               → ["push",["pipeline",2,["x"],[]]]
               → ["pull",3]
               ← ["reject",3,{CIRCLE}]"#
        ))
        .await;
    }
}

#[tokio::test]
async fn a_circle_through_results_of_calls_fails() {
    // The method's result holds the promise, and the promise becomes the method's result.
    plays(&format!(
        r#"→ ["push",["promise",-1]]
           → ["push",["pipeline",0,["wrap"],[["import",1]]]]
           → ["resolve",-1,{{"y":["pipeline",2]}}]
           ← ["release",-1,1]
           → ["pull",1]
           ← ["reject",1,{CIRCLE}]"#
    ))
    .await;
}

#[tokio::test]
async fn what_only_looks_like_a_circle_is_none() {
    plays(
        r#"→ ["push",["promise",-1]]
           → ["push",5]
           → ["resolve",-1,{"a":["pipeline",2],"b":["pipeline",2]}]
           ← ["release",-1,1]
           → ["push",[[["pipeline",1],["pipeline",1],["pipeline",2]]]]
           → ["pull",3]
           ← ["resolve",3,[[{"a":5,"b":5},{"a":5,"b":5},5]]]"#,
    )
    .await;
}

#[tokio::test]
async fn a_circle_through_a_wrapper_fails() {
    for wrap in [
        |stub: &Stub| Revoker::new().revocable_stub(stub),
        |stub: &Stub| attenuate(stub, &ECHOES),
    ] {
        let peer = Scripted::new();
        peer.says(r#"["push",["promise",-1]]"#);
        peer.says(r#"["push",["pipeline",0,["keep"],[["import",1]]]]"#);
        settle().await;
        let wrapped = match &peer.world.kept()[0] {
            Value::Capability(kept) => wrap(kept),
            other => panic!("{other:?}"),
        };
        peer.world.forget();
        let holder = call(&peer.world.stub(), "keep", [Value::Capability(wrapped)]);
        drop(holder);
        peer.serves(
            r#"→ ["push",["pipeline",0,["kept"],[]]]
               → ["pull",3]
               ← ["resolve",3,[[["export",-1]]]]"#,
        )
        .await;
        // A call that went round and round would exhaust the stack here.
        peer.serves(&format!(
            r#"→ ["resolve",-1,["import",-1]]
               ← ["release",-1,1]
               → ["push",["pipeline",-1,["echo"],[1]]]
               → ["pull",4]
               → ["pull",1]
               ← ["reject",4,{CIRCLE}]
               ← ["reject",1,{CIRCLE}]"#
        ))
        .await;
        peer.world.forget();
        frees(peer).await;
    }
}

static ECHO: Interface = Interface::new(
    "Echo",
    &[Member::new("echo", MemberKind::Method, Cancel::Cooperative)],
);
static ECHOES: Facet = Facet::new(&ECHO, &[Results::Whole]);

/// Protocol L-24.
#[test]
fn endless_chains_are_cut_off_and_dropped_without_recursion() {
    on_small_stack(|| {
        let peer = Scripted::new();
        peer.says(r#"["push",["promise",-1]]"#);
        for id in 1..100_000 {
            peer.says(&format!(r#"["resolve",-{id},["promise",-{}]]"#, id + 1));
        }
        assert!(peer.ended().is_none());
        peer.says(r#"["push",["pipeline",1,["x"],[]]]"#);
        peer.says(r#"["push",["pipeline",0,["wrap"],[["import",1]]]]"#);
        peer.says(r#"["pull",3]"#);
        let world = peer.world.clone();
        drop(peer);
        assert_eq!(world.log(), ["wrap"]);
    });
}

#[test]
fn endless_chains_of_stubs_are_cut_off() {
    on_small_stack(|| {
        let peer = Scripted::with(Limits {
            max_exports: 1_000_000,
            ..Limits::default()
        });
        for id in 1..=20_000 {
            peer.says(&format!(r#"["push",["promise",-{id}]]"#));
        }
        for id in 1..20_000 {
            peer.says(&format!(r#"["resolve",-{id},["import",{}]]"#, id + 1));
        }
        peer.says(r#"["push",["pipeline",1,["x"],[]]]"#);
        peer.says(r#"["resolve",-20000,5]"#);
        peer.says(r#"["pull",20001]"#);
        assert!(peer.ended().is_none());
    });
}

#[test]
fn chains_through_data_are_dropped_without_recursion() {
    on_small_stack(|| {
        let peer = Scripted::new();
        peer.says(r#"["push",["promise",-1]]"#);
        for id in 1..100_000 {
            peer.says(&format!(
                r#"["resolve",-{id},{{"a":["promise",-{}]}}]"#,
                id + 1
            ));
        }
        peer.says(r#"["release",1,1]"#);
        assert!(peer.ended().is_none());
        peer.holds(1, 1);
    });
}

#[test]
fn chains_of_calls_are_dropped_and_settled_without_recursion() {
    on_small_stack(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.expect("a runtime starts").block_on(async {
            let peer = Scripted::with(Limits { max_calls_in_flight: 1_000_000, ..Limits::default() });
            peer.says(r#"["push",["pipeline",0,["later"],[2]]]"#);
            for id in 1..5_000 {
                peer.says(&format!(r#"["push",["pipeline",{id},["a"]]]"#));
                peer.says(&format!(r#"["release",{id},1]"#));
            }
            peer.says(r#"["pull",5000]"#);
            peer.world.open_gate();
            let text = r#"["reject",5000,["error","TypeError","Cannot read properties of undefined (reading 'a')"]]"#;
            peer.hears(&[text]).await;
            peer.says(r#"["push",["pipeline",0,["hang"],[]]]"#);
            for id in 5_001..10_000 {
                peer.says(&format!(r#"["push",["pipeline",0,["square"],[["pipeline",{id}]]]]"#));
            }
        });
    });
}

#[test]
fn settling_through_wrappers_is_not_recursive_without_bound() {
    on_small_stack(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.expect("a runtime starts").block_on(async {
            let world = World::new();
            let revoker = Revoker::new();
            let guarded = revoker.revocable_stub(&world.stub());
            let (first, resolver) = promise();
            let mut promise = Stub::promise(first);
            // Each result is known once the one before it is, inside that one's settling.
            for _ in 0..5_000 {
                let give = give_promise(promise);
                promise = call(&guarded, "callDirect", [give]);
            }
            resolver.settle(Ok(number(1.0)));
            is(value(&promise).await, number(1.0));
        });
    });
}

fn give_promise(promise: Stub) -> Value {
    function(move |_| Ok(Value::Capability(promise.clone())))
}

#[test]
fn long_paths_are_refused_and_the_longest_allowed_one_is_not() {
    on_small_stack(|| {
        let peer = Scripted::new();
        let path = |steps: usize| {
            let mut path = String::from(r#""prop""#);
            (1..steps).for_each(|_| path.push_str(r#","a""#));
            path
        };
        for (id, steps) in [(1, 128), (2, 129), (3, 100_000)] {
            peer.says(&format!(r#"["push",["pipeline",0,[{}]]]"#, path(steps)));
            peer.says(&format!(r#"["pull",{id}]"#));
        }
        let said = frames(&peer.connection);
        assert!(
            said[0].contains("Cannot read properties of undefined"),
            "{said:?}"
        );
        for frame in &said[1..] {
            assert!(
                frame.contains("The path has more than 128 steps."),
                "{frame}"
            );
        }
        assert_eq!(said.len(), 3);
    });
}

#[test]
fn the_longest_allowed_path_of_steps_through_capabilities_fits_the_stack() {
    // Half of what a thread of the runtime has, for code that is not optimised.
    on_stack_of(1024, || {
        let peer = Scripted::new();
        peer.says(r#"["push",1]"#);
        // Each value holds the next as a reference: every step is taken by recursion.
        for id in 1..=128 {
            peer.says(&format!(r#"["push",{{"a":["import",{id}]}}]"#));
        }
        let mut path = String::from(r#""a""#);
        for _ in 1..128 {
            write!(path, r#","a""#).expect("a string takes anything");
        }
        peer.says(&format!(r#"["push",["pipeline",129,[{path}]]]"#));
        peer.says(r#"["pull",130]"#);
        assert_eq!(frames(&peer.connection), [r#"["resolve",130,1]"#]);
    });
}

#[test]
fn deep_values_fit_the_stack() {
    // What a thread of the runtime has.
    on_stack_of(2048, || {
        let peer = Scripted::new();
        let (open, close) = ("[[".repeat(253), "]]".repeat(253));
        peer.says(&format!(
            r#"["push",["pipeline",0,["echo"],[{open}["export",-1]{close}]]]"#
        ));
        peer.says(r#"["pull",1]"#);
        let said = frames(&peer.connection);
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].starts_with(r#"["resolve",1,[["#));
        peer.says(r#"["release",1,1]"#);
        assert_eq!(frames(&peer.connection), [r#"["release",-1,1]"#]);
    });
}

/// Runs work where recursion would not go far.
fn on_small_stack(work: impl FnOnce() + Send + 'static) {
    on_stack_of(512, work);
}

fn on_stack_of(kib: usize, work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(kib * 1024);
    let thread = thread.spawn(work).expect("a thread starts");
    assert!(thread.join().is_ok());
}

#[tokio::test]
async fn circles_of_two_sessions_fail_too() {
    let (left, right) = (Scripted::new(), Scripted::new());
    for peer in [&left, &right] {
        peer.says(r#"["push",["promise",-1]]"#);
        peer.says(r#"["push",["pipeline",0,["keep"],[["import",1]]]]"#);
    }
    settle().await;
    let promise_of = |peer: &Scripted| match &peer.world.kept()[0] {
        Value::Capability(stub) => stub.cap().clone(),
        other => panic!("{other:?}"),
    };
    let (one, two): (Cap, Cap) = (promise_of(&left), promise_of(&right));
    for (peer, other) in [(&left, two), (&right, one)] {
        peer.world.forget();
        drop(call(
            &peer.world.stub(),
            "keep",
            [Value::Capability(Stub::of(other))],
        ));
        peer.says(r#"["push",["pipeline",0,["kept"],[]]]"#);
        peer.says(r#"["pull",3]"#);
        peer.hears(&[r#"["resolve",3,[[["export",-1]]]]"#]).await;
    }
    for peer in [&left, &right] {
        peer.says(r#"["resolve",-1,["pipeline",-1]]"#);
        peer.hears(&[r#"["release",-1,1]"#]).await;
    }
    for peer in [&left, &right] {
        peer.says(r#"["pull",1]"#);
        peer.hears(&[&format!(r#"["reject",1,{CIRCLE}]"#)]).await;
    }
}

/// The call waits for its argument, which is what it will give itself: it may wait for ever, but not
/// longer than its session. Nothing waits in a queue here, so that only the delivery of arguments can
/// give up (`deliver_in_time`).
#[tokio::test]
async fn a_call_that_waits_for_itself_ends_with_its_session() {
    let peer = Scripted::new();
    peer.says(r#"["push",["pipeline",0,["echo"],[["promise",-1]]]]"#);
    peer.says(r#"["resolve",-1,["pipeline",1]]"#);
    peer.hears(&[r#"["release",-1,1]"#]).await;
    assert_eq!(peer.connection.debts().calls, 1);
    nothing_is_owed_after_the_end(&peer).await;
}

/// The same by way of a call on its own result, which waits in the queue of that result.
#[tokio::test]
async fn a_call_that_waits_for_a_call_on_its_own_result_ends_with_its_session() {
    let peer = Scripted::new();
    peer.says(r#"["push",["pipeline",0,["echo"],[["promise",-1]]]]"#);
    peer.says(r#"["push",["pipeline",1,["increment"],[]]]"#);
    peer.says(r#"["resolve",-1,["pipeline",2]]"#);
    peer.hears(&[r#"["release",-1,1]"#]).await;
    assert_eq!(peer.connection.debts().calls, 2);
    nothing_is_owed_after_the_end(&peer).await;
}

/// The result that a call is made on leads back to the result of that call: its queue holds what
/// holds the queue, and no method waits that could give up (`settle_what_waits`).
#[tokio::test]
async fn a_call_on_its_own_result_ends_with_its_session() {
    nothing_is_owed_for_a_call_on(
        r#"→ ["resolve",1,{"f":["import",2]}]
           ← ["release",1,1]
           ← ["release",-1,1]
           → ["release",1,1]
           → ["release",2,1]"#,
    )
    .await;
}

/// It is that result: neither ever comes.
#[tokio::test]
async fn a_result_that_is_that_of_a_call_on_it_ends_with_its_session() {
    nothing_is_owed_for_a_call_on(
        r#"→ ["resolve",1,["import",2]]
           ← ["release",1,1]
           → ["release",1,1]
           → ["release",2,1]"#,
    )
    .await;
}

/// Has a call made on the result of another that the peer is asked to settle, and does.
async fn nothing_is_owed_for_a_call_on(settling: &str) {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["push",["pipeline",0,["callFunction"],[["export",-1],4]]]
           ← ["push",["pipeline",-1,[],[4]]]
           ← ["pull",1]
           → ["push",["pipeline",1,["result","f"],[]]]"#,
    )
    .await;
    peer.serves(settling).await;
    nothing_is_owed_after_the_end(&peer).await;
}

async fn nothing_is_owed_after_the_end(peer: &Scripted) {
    peer.connection.terminate(&Disconnect::PeerGone);
    settle().await;
    let debts = peer.connection.debts();
    assert_eq!((debts.bytes, debts.calls), (0, 0));
}
