//! What a hostile peer can do with streams: end its own session, and nothing else.

use std::sync::Arc;

use super::theatre::Theatre;
use crate::error::{Disconnect, Violation};
use crate::ids::WireId;
use crate::session::tests::support::{Scripted, call, frames, settle};

/// Says all of this, of which the last is the violation; returns it.
#[track_caller]
fn violation(peer: &Scripted, messages: &[&str]) -> Arc<Violation> {
    for message in messages {
        assert!(peer.ended().is_none(), "before {message}");
        peer.says(message);
    }
    match peer.ended() {
        Some(Disconnect::Violation(violation)) => violation,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn w37_only_the_unread_end_of_a_pipe_is_a_readable() {
    let expected = |id: f64| Violation::NotAPipe(WireId(id));
    for (messages, id) in [
        (&[r#"["push",["readable",5]]"#][..], 5.0),
        (&[r#"["push",["readable",0]]"#], 0.0),
        (&[r#"["push",["readable",-1]]"#], -1.0),
        (&[r#"["push",["readable",0.5]]"#], 0.5),
        (&[r#"["push",1]"#, r#"["push",["readable",1]]"#], 1.0),
        (
            &[
                r#"["pipe"]"#,
                r#"["push",[[["readable",1],["readable",1]]]]"#,
            ],
            1.0,
        ),
        (
            &[
                r#"["pipe"]"#,
                r#"["release",1,1]"#,
                r#"["push",["readable",1]]"#,
            ],
            1.0,
        ),
    ] {
        let peer = Scripted::new();
        let violation = violation(&peer, messages);
        assert_eq!(*violation, expected(id));
        let text = format!("Export {id} is not a pipe or its readable end was already consumed.");
        let aborts = format!(r#"["abort",["error","Error","{text}"]]"#);
        peer.hears(&[&aborts]).await;
    }
}

#[tokio::test]
async fn w42_a_writable_must_be_introduced_by_its_owner() {
    for id in ["0", "1", "-1.5", "1e300"] {
        let peer = Scripted::new();
        let push = format!(r#"["push",["writable",{id}]]"#);
        let violation = violation(&peer, &[&push]);
        assert!(matches!(*violation, Violation::BadIntroduction(_)), "{id}");
    }
}

/// The answer to a stream call is not released, asked for or referred to: it is not there (S-38,
/// O-10, B-23).
#[tokio::test]
async fn s38_a_stream_call_cannot_be_referred_to() {
    for (message, expected) in [
        (r#"["pull",2]"#, Violation::NoSuchExport(WireId(2.0))),
        (r#"["release",2,1]"#, Violation::NoSuchExport(WireId(2.0))),
        (
            r#"["push",["pipeline",2]]"#,
            Violation::NoSuchEntry(WireId(2.0)),
        ),
    ] {
        let peer = Theatre::new().serve();
        let stream = r#"["stream",["pipeline",1,["write"],["unanswered"]]]"#;
        let violation = violation(&peer, &[r#"["pipe"]"#, stream, message]);
        assert_eq!(*violation, expected);
    }
}

#[tokio::test]
async fn s34_neither_pipes_nor_writables_can_be_resolved() {
    for answer in [r#"["resolve",1,1]"#, r#"["reject",1,1]"#] {
        let peer = Theatre::new().serve();
        peer.says(r#"["push",["pipeline",0,["getStream"],["a"]]]"#);
        peer.says(r#"["pull",1]"#);
        assert_eq!(peer.heard().await.len(), 4);
        let violation = violation(&peer, &[answer]);
        assert_eq!(*violation, Violation::NotAPromise(WireId(1.0)));
    }
    let peer = Theatre::new().serve();
    let violation = violation(
        &peer,
        &[
            r#"["push",["pipeline",0,["echo"],[["writable",-3]]]]"#,
            r#"["resolve",-3,1]"#,
        ],
    );
    assert_eq!(*violation, Violation::NotAPromise(WireId(-3.0)));
}

/// Answered twice, answered to nothing: ignored, as with other calls.
#[tokio::test]
async fn l42_a_stream_call_that_is_answered_twice() {
    let peer = Theatre::new().serve();
    peer.serves(
        r#"→ ["push",["pipeline",0,["getStream"],["a"]]]
           → ["pull",1]
           ← ["pipe"]
           ← ["resolve",1,["readable",1]]
           ← ["stream",["pipeline",1,["write"],["a"]]]
           ← ["stream",["pipeline",1,["close"],[]]]
           → ["resolve",2,["undefined"]]
           → ["resolve",2,["undefined"]]
           → ["reject",2,["undefined"]]
           → ["reject",3,["undefined"]]
           ← ["release",1,1]
           → ["release",1,1]"#,
    )
    .await;
    peer.is_clean().await;
}

/// The answer to a write may be any value; what it holds is let go of.
#[tokio::test]
async fn what_a_write_is_answered_with_is_dropped() {
    let peer = Theatre::new().serve();
    peer.serves(
        r#"→ ["push",["pipeline",0,["getStream"],["a"]]]
           → ["pull",1]
           ← ["pipe"]
           ← ["resolve",1,["readable",1]]
           ← ["stream",["pipeline",1,["write"],["a"]]]
           ← ["stream",["pipeline",1,["close"],[]]]
           → ["resolve",2,["export",-1]]
           ← ["release",-1,1]
           → ["resolve",3,[[["export",-2],["pipeline",0]]]]
           ← ["release",-2,1]
           ← ["release",1,1]
           → ["release",1,1]"#,
    )
    .await;
    peer.is_clean().await;
}

/// The reference takes the pipe before it finds the rest wrong (B-28); here, too, all ends.
#[tokio::test]
async fn w35_a_response_that_cannot_be_one_ends_the_session_whatever_its_body() {
    let peer = Scripted::new();
    let push = r#"["push",["response",["readable",1],{"status":600}]]"#;
    let violation = violation(&peer, &[r#"["pipe"]"#, push]);
    assert!(matches!(*violation, Violation::Malformed(_)));
}

/// P-21, P-29.
#[tokio::test]
async fn p29_a_pipe_that_nobody_mentions_is_there_until_it_is_released() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["pipe","what is more is ignored"]
           → ["stream",["pipeline",1,["write"],["x"]]]"#,
    )
    .await;
    peer.holds(1, 3);
    let disposed = "WritableStream RPC stub was disposed without calling close()";
    peer.serves(&format!(
        r#"→ ["release",1,1]
           ← ["reject",2,["error","Error","{disposed}"]]"#
    ))
    .await;
    peer.is_clean().await;
}

/// A pipe whose reading end lies among its own chunks keeps itself; it must not outlive its session.
#[tokio::test]
async fn a_pipe_that_holds_itself_ends_with_its_session() {
    let theatre = Theatre::new();
    let peer = theatre.serve();
    peer.says(r#"["pipe"]"#);
    peer.says(r#"["stream",["pipeline",1,["write"],[[[["readable",1],["export",-1]]]]]]"#);
    peer.says(r#"["stream",["pipeline",1,["close"],[]]]"#);
    peer.says(r#"["release",1,1]"#);
    peer.hears(&[]).await;
    // The exported object in the chunk shows that the chunk is still there.
    peer.holds(2, 3);
    let alive = Arc::strong_count(&peer.connection);
    peer.connection
        .terminate(&Disconnect::Closed("over".into()));
    settle().await;
    assert!(Arc::strong_count(&peer.connection) < alive, "it let go");
}

/// Each of these streams lies in a chunk of the next: letting go of the last must not take a
/// stack's depth for each.
#[tokio::test]
async fn l24_streams_inside_streams_are_dropped_one_after_the_other() {
    let limits = crate::limits::Limits {
        max_streams: 20_000,
        ..crate::limits::Limits::default()
    };
    let peer = Scripted::with(limits);
    let depth = 10_000;
    let mut inner: Option<usize> = None;
    let mut id = 0;
    for _ in 0..depth {
        id += 1;
        let pipe = id;
        peer.says(r#"["pipe"]"#);
        if let Some(inner) = inner {
            id += 1;
            peer.says(&format!(
                r#"["stream",["pipeline",{pipe},["write"],[["readable",{inner}]]]]"#
            ));
            id += 1;
            peer.says(&format!(r#"["stream",["pipeline",{pipe},["close"],[]]]"#));
        }
        inner = Some(pipe);
    }
    peer.says(&format!(r#"["push",["readable",{}]]"#, inner.unwrap()));
    peer.says(&format!(r#"["release",{},1]"#, id + 1));
    settle().await;
    assert!(peer.ended().is_none());
    assert_eq!(frames(&peer.connection).len(), 2 * (depth - 1));
}

/// `stream` may carry any call, and counts like one.
#[tokio::test]
async fn a_stream_message_with_another_call_is_answered_unasked() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["stream",["pipeline",0,["square"],[3]]]
           ← ["resolve",1,9]
           → ["stream",7]
           ← ["resolve",2,7]
           → ["stream",["pipeline",0,["nope"],[]]]
           ← ["reject",3,["error","TypeError","'nope' is not a function."]]"#,
    )
    .await;
    peer.is_clean().await;
}

/// A call whose arguments hold a stream must not be lost with it.
#[tokio::test]
async fn a_session_that_ends_fails_both_ends() {
    let theatre = Theatre::new();
    let peer = theatre.serve();
    peer.says(r#"["pipe"]"#);
    peer.says(r#"["push",["pipeline",0,["lazy"],[["readable",1]]]]"#);
    // The first of these fills the window.
    let large = "x".repeat(300_000);
    peer.says(&format!(
        r#"["push",["pipeline",0,["getStream"],["{large}","unsent"]]]"#
    ));
    peer.says(r#"["pull",3]"#);
    peer.says(r#"["push",["pipeline",0,["getSink"],[]]]"#);
    peer.says(r#"["pull",4]"#);
    settle().await;
    peer.connection
        .terminate(&Disconnect::Closed("over".into()));
    settle().await;
    assert_eq!(
        theatre.log.take(),
        [
            "aborted: WritableStream RPC stub was disposed without calling close()",
            "cancelled: over"
        ]
    );
    let next = call(&theatre.stub(), "next", []);
    let failed = crate::session::tests::support::value(&next).await;
    assert!(matches!(failed, Err(error) if error.is_disconnected()));
}
