//! What a peer is told of errors, in every place where one can stand (protocol W-26, W-27, L-20).

use std::io;
use std::sync::{Arc, Mutex};

use super::support::{Scripted, array, call, function, number, object, settle, string};
use crate::config::SessionConfig;
use crate::error::redact::{self, OutgoingError};
use crate::error::{Disconnect, Error};
use crate::hook::{Stub, Value, promise};
use crate::limits::Limits;
use crate::value::{ErrorClass, ErrorValue};

/// Says `REDACTED` for everything.
fn hushed() -> Scripted {
    Scripted::configured(
        &SessionConfig::new().on_send_error(|_| {
            OutgoingError::Replace(ErrorValue::new(ErrorClass::Error, "REDACTED"))
        }),
    )
}

fn secret() -> Value {
    Error::new("secret").into_value()
}

/// Calls `echo` with an expression, and returns what the peer hears of its result.
async fn echoed(peer: &Scripted, id: u32, expression: &str) -> String {
    peer.says(&format!(
        r#"["push",["pipeline",0,["echo"],[{expression}]]]"#
    ));
    peer.says(&format!(r#"["pull",{id}]"#));
    let heard = peer.heard().await;
    heard.last().cloned().unwrap_or_default()
}

#[tokio::test]
async fn w26_every_error_that_leaves_is_asked_about() {
    let peer = hushed();
    for (id, expression) in [
        (1, r#"["error","Error","secret"]"#),
        (2, r#"{"a":[[1,["error","Error","secret"]]]}"#),
        (
            3,
            r#"["error","TypeError","secret",null,{"cause":["error","Error","secret"]}]"#,
        ),
    ] {
        let heard = echoed(&peer, id, expression).await;
        assert!(
            heard.contains("REDACTED") && !heard.contains("secret"),
            "{heard}"
        );
    }
    // Thrown, as an error and inside another value.
    for (id, thrown) in [
        (4, r#"["error","Error","secret"]"#),
        (5, r#"[[["error","Error","secret"]]]"#),
    ] {
        peer.says(&format!(
            r#"["push",["pipeline",0,["throwValue"],[{thrown}]]]"#
        ));
        peer.says(&format!(r#"["pull",{id}]"#));
        let heard = peer.heard().await.concat();
        assert!(
            heard.contains("REDACTED") && !heard.contains("secret"),
            "{heard}"
        );
    }
}

#[tokio::test]
async fn w26_errors_among_the_arguments_of_our_calls_are_asked_about() {
    let peer = hushed();
    drop(call(peer.main(), "f", [object([("e", secret())])]));
    let heard = peer.heard().await.concat();
    assert!(
        heard.contains("REDACTED") && !heard.contains("secret"),
        "{heard}"
    );
}

/// B-19: the reference implementation forgets those.
#[tokio::test]
async fn b19_errors_in_what_a_mapper_is_to_do_are_asked_about() {
    let peer = hushed();
    let main = peer.main().clone();
    let cause = Error::new("outer secret").with_cause(Error::new("secret"));
    let mapped = main.call("list", ()).map(|item| {
        main.call("f", (item, cause.into_value()))
            .map(|inner| (inner, secret()))
    });
    let heard = peer.heard().await.concat();
    assert!(heard.contains("remap"), "{heard}");
    assert!(
        heard.matches("REDACTED").count() == 2 && !heard.contains("secret"),
        "{heard}"
    );
    drop(mapped);
}

/// A settled promise is replaced by its value where the session's lock is held.
#[tokio::test]
async fn w26_errors_inside_of_settled_promises_are_asked_about() {
    let peer = hushed();
    for outcome in [Ok(array([secret()])), Err(Error::new("secret"))] {
        let (settled, result) = promise();
        result.settle(outcome);
        drop(call(
            peer.main(),
            "f",
            [Value::Capability(Stub::promise(settled))],
        ));
        let heard = peer.heard().await.concat();
        assert!(
            heard.contains("REDACTED") && !heard.contains("secret"),
            "{heard}"
        );
    }
}

#[tokio::test]
async fn w26_what_the_machine_rejects_by_itself_and_aborts_with_is_asked_about() {
    let peer = hushed();
    peer.says(r#"["push",["pipeline",0,["callDirect"],[["export",-1]]]]"#);
    let unsendable = format!(
        r#"["push",["pipeline",0,["echo"],[{}1{}]]]"#,
        "[[".repeat(250),
        "]]".repeat(250)
    );
    peer.says(&unsendable);
    peer.says(r#"["pull",77]"#);
    let heard = peer.heard().await;
    assert_eq!(
        heard.last().map(String::as_str),
        Some(r#"["abort",["error","Error","REDACTED"]]"#)
    );
}

/// The session's lock is not held, or this would hang.
#[tokio::test]
async fn the_hook_may_use_the_session() {
    let main = Arc::new(Mutex::new(None::<Stub>));
    let held = Arc::clone(&main);
    let peer = Scripted::configured(&SessionConfig::new().on_send_error(move |_| {
        if let Some(main) = held.lock().unwrap().as_ref() {
            drop(call(main, "log", []));
        }
        OutgoingError::Keep
    }));
    *main.lock().unwrap() = Some(peer.main().clone());
    peer.says(r#"["push",["pipeline",0,["throwIt"],[]]]"#);
    peer.says(r#"["pull",1]"#);
    peer.says(r#"["pull",77]"#);
    let heard = peer.heard().await;
    assert!(
        heard
            .iter()
            .any(|frame| frame.starts_with(r#"["reject",1,"#)),
        "{heard:?}"
    );
    assert_eq!(
        heard.last().map(String::as_str),
        Some(r#"["abort",["error","Error","no such export ID: 77"]]"#)
    );
    main.lock().unwrap().take();
}

/// B-17: the reference implementation ends such a session without a word.
#[tokio::test]
async fn l20_a_hook_that_panics_tells_that_there_was_an_error() {
    let peer = Scripted::configured(&SessionConfig::new().on_send_error(|_| panic!("secret")));
    peer.serves(
        r#"→ ["push",["pipeline",0,["throwIt"],[]]]
           → ["pull",1]
           ← ["reject",1,["error","Error","An internal error occurred."]]
           → ["push",["pipeline",0,["square"],[3]]]
           → ["pull",2]
           ← ["resolve",2,9]"#,
    )
    .await;
}

/// A15: the default.
#[tokio::test]
async fn what_was_not_meant_for_the_peer_is_not_told() {
    let texts = [
        Error::from(io::Error::other("/etc/secret")),
        Error::Disconnected(Disconnect::Closed("secret".into())),
        Error::Disconnected(Disconnect::ClosedByPeer {
            code: 3000,
            reason: "secret".into(),
        }),
        Error::Disconnected(Disconnect::Transport(Arc::new(io::Error::other("secret")))),
        Error::new("outer").with_cause(io::Error::other("secret").into()),
    ];
    for error in texts {
        let peer = Scripted::serving(failing(error), Limits::default());
        peer.says(r#"["push",["pipeline",0,[],[]]]"#);
        peer.says(r#"["pull",1]"#);
        let heard = peer.heard().await.concat();
        assert!(
            heard.contains("An internal error occurred.") && !heard.contains("secret"),
            "{heard}"
        );
    }
}

fn failing(error: Error) -> crate::hook::Cap {
    match function(move |_| Err(error.clone())) {
        Value::Capability(stub) => stub.into_cap(),
        other => panic!("a function is a capability, not {other:?}"),
    }
}

#[tokio::test]
async fn w26_a_stack_leaves_only_if_a_replacement_has_one() {
    let expression = r#"["error","RangeError","m","at secret:1"]"#;
    let peer = Scripted::new();
    assert_eq!(
        echoed(&peer, 1, expression).await,
        r#"["resolve",1,["error","RangeError","m"]]"#
    );
    let peer = Scripted::configured(&SessionConfig::new().on_send_error(|error| {
        let mut other = error.clone();
        other.stack = Some("chosen".to_owned());
        OutgoingError::Replace(other)
    }));
    assert_eq!(
        echoed(&peer, 1, expression).await,
        r#"["resolve",1,["error","RangeError","m","chosen"]]"#
    );
}

/// What a server that faces strangers tells them.
#[tokio::test]
async fn strangers_are_told_only_what_is_public() {
    let strict = || SessionConfig::new().on_send_error(redact::unless_public);
    let peer = Scripted::configured(&strict());
    peer.serves(
        r#"→ ["push",["pipeline",0,["throwIt"],[]]]
           → ["pull",1]
           ← ["reject",1,["error","Error","An internal error occurred."]]
           # how a call was made is the caller's own affair
           → ["push",["pipeline",0,["nowhere"],[]]]
           → ["pull",2]
           ← ["reject",2,["error","TypeError","'nowhere' is not a function."]]"#,
    )
    .await;
    let marked = Error::type_error("not today").public();
    let (connection, _main) = crate::connection::Connection::new(
        failing(marked),
        crate::hook::Peer::default(),
        &strict(),
    );
    connection.handle_message(r#"["push",["pipeline",0,[],[]]]"#);
    connection.handle_message(r#"["pull",1]"#);
    settle().await;
    assert_eq!(
        super::support::frames(&connection),
        [r#"["reject",1,["error","TypeError","not today"]]"#]
    );
}

/// L-27, B-9: a JavaScript peer that passes such a chain on takes twice as long for each link.
#[tokio::test]
async fn l27_chains_of_causes_are_cut_and_written_once() {
    let chain = |links: usize| {
        (0..links).fold(Error::new("0"), |cause, n| {
            Error::new(format!("{n}")).with_cause(cause)
        })
    };
    let causes = |links| async move {
        let peer = Scripted::serving(failing(chain(links)), Limits::default());
        peer.says(r#"["push",["pipeline",0,[],[]]]"#);
        peer.says(r#"["pull",1]"#);
        peer.heard().await.concat().matches("\"cause\"").count()
    };
    assert_eq!(causes(3).await, 3);
    assert_eq!(causes(15).await, 15);
    assert_eq!(causes(16).await, 15);
    assert_eq!(causes(200).await, 15);
}

/// Other properties of the error at the end stay.
#[tokio::test]
async fn l27_only_errors_are_left_out_of_the_last_error() {
    let limits = Limits {
        max_error_depth: 1,
        ..Limits::default()
    };
    let error = Error::new("m")
        .with_prop("n", number(1.0))
        .with_cause(Error::new("c"));
    let error = error.with_prop("s", string("t"));
    let peer = Scripted::serving(failing(error), limits);
    peer.says(r#"["push",["pipeline",0,[],[]]]"#);
    peer.says(r#"["pull",1]"#);
    peer.hears(&[r#"["reject",1,["error","Error","m",null,{"n":1,"s":"t"}]]"#])
        .await;
}
