//! What is said of calls that the end of their session catches, and what of them is still sent.

use std::io;
use std::sync::Arc;

use futures_util::FutureExt as _;

use super::support::{Scripted, call, frames, number};
use crate::config::SessionConfig;
use crate::data::to_value;
use crate::error::{Disconnect, Error};
use crate::hook::{SessionControl as _, Stub, Value};
use crate::typed::ReadableStream;

fn certain() -> Scripted {
    Scripted::configured(&SessionConfig::new().tell_certainty())
}

fn broken() -> Disconnect {
    Disconnect::Transport(Arc::new(io::ErrorKind::ConnectionReset.into()))
}

fn calls(peer: &Scripted, count: u8) -> Vec<Stub> {
    (0..count)
        .map(|n| call(peer.main(), "f", [number(n.into())]))
        .collect()
}

async fn errors(peer: &Scripted, calls: &[Stub]) -> Vec<Error> {
    let mut errors = Vec::new();
    for call in calls {
        errors.push(peer.value(call).await.unwrap_err());
    }
    errors
}

/// The fault: what was said not to have been sent lies in a queue, and is sent to a server that hears
/// more than it says.
#[tokio::test]
async fn what_was_not_taken_when_the_connection_broke_is_thrown_away() {
    let peer = certain();
    let sent = calls(&peer, 2);
    assert_eq!(frames(&peer.connection).len(), 2);
    let queued = calls(&peer, 3);
    peer.connection.terminate(&broken());
    assert_eq!(frames(&peer.connection), [] as [&str; 0]);
    for error in errors(&peer, &sent).await {
        assert!(matches!(error, Error::MaybeExecuted(_)), "{error:?}");
    }
    for error in errors(&peer, &queued).await {
        assert!(matches!(error, Error::NotSent(_)), "{error:?}");
    }
    let after = call(peer.main(), "f", []);
    let error = peer.value(&after).await.unwrap_err();
    assert!(matches!(error, Error::Disconnected(_)), "{error:?}");
}

/// Messages that are no calls lie between them: a pull, a release, the pipe of a stream.
#[tokio::test]
async fn only_calls_are_counted() {
    let peer = certain();
    let sent = calls(&peer, 1);
    let pulled = sent.clone();
    let waiting = peer.value(&pulled[0]);
    let mut waiting = std::pin::pin!(waiting);
    assert!(waiting.as_mut().now_or_never().is_none());
    drop(calls(&peer, 3));
    assert!(
        frames(&peer.connection).len() > 4,
        "calls, a pull, releases"
    );
    let queued = calls(&peer, 1);
    drop(calls(&peer, 2));
    peer.connection.terminate(&broken());
    let error = waiting.await.unwrap_err();
    assert!(matches!(error, Error::MaybeExecuted(_)), "{error:?}");
    for error in errors(&peer, &queued).await {
        assert!(matches!(error, Error::NotSent(_)), "{error:?}");
    }
}

/// The fault: a call that is still sent, because this side ends the session in order, is said not to
/// have been.
#[tokio::test]
async fn what_is_queued_when_this_side_closes_is_still_sent() {
    let peer = certain();
    let queued = calls(&peer, 2);
    peer.connection.close("enough");
    let said = frames(&peer.connection);
    assert_eq!(said.len(), 3, "{said:?}");
    for error in errors(&peer, &queued).await {
        assert!(
            matches!(error, Error::MaybeExecuted(Disconnect::Closed(_))),
            "{error:?}"
        );
    }
}

/// What the transport was given, and has given back.
#[tokio::test]
async fn what_the_transport_gives_back_was_not_sent() {
    let peer = certain();
    let taken = calls(&peer, 4);
    assert_eq!(frames(&peer.connection).len(), 4);
    let queued = calls(&peer, 1);
    peer.connection.cut(&broken(), 3);
    let not_sent = |errors: Vec<Error>| errors.iter().filter(|error| error.is_not_sent()).count();
    assert_eq!(not_sent(errors(&peer, &taken[..1]).await), 0);
    assert_eq!(not_sent(errors(&peer, &taken[1..]).await), 3);
    assert_eq!(not_sent(errors(&peer, &queued).await), 1);
}

/// An ordinary session says what it always did, and goes on saying what it has to.
#[tokio::test]
async fn an_ordinary_session_says_that_it_has_ended() {
    let peer = Scripted::new();
    let queued = calls(&peer, 2);
    peer.connection.terminate(&broken());
    assert_eq!(frames(&peer.connection).len(), 2);
    for error in errors(&peer, &queued).await {
        assert!(matches!(error, Error::Disconnected(_)), "{error:?}");
    }
}

/// The fault: a call with which the queue is full is said to have been sent.
#[tokio::test]
async fn what_was_too_much_was_not_sent() {
    let mut config = SessionConfig::new().tell_certainty();
    config.limits.max_outgoing_bytes = 1000;
    let peer = Scripted::configured(&config);
    let sent = calls(&peer, 1);
    assert_eq!(frames(&peer.connection).len(), 1);
    let long = Value::String("x".repeat(2000));
    let too_much = call(peer.main(), "f", [long]);
    assert!(matches!(
        peer.ended(),
        Some(Disconnect::OutgoingQueueFull { .. })
    ));
    let error = peer.value(&too_much).await.unwrap_err();
    assert!(matches!(error, Error::NotSent(_)), "{error:?}");
    let errors = errors(&peer, &sent).await;
    assert!(
        matches!(errors[..], [Error::MaybeExecuted(_)]),
        "{errors:?}"
    );
}

/// The fault: a call whose stream is too much for the queue waits for ever, in a session that is over.
#[tokio::test]
async fn a_call_whose_stream_was_too_much_does_not_wait() {
    let mut config = SessionConfig::new().tell_certainty();
    config.limits.max_outgoing_bytes = 100;
    let peer = Scripted::configured(&config);
    let chunks = futures_util::stream::pending::<Result<Value, Error>>();
    let stream = to_value(&ReadableStream::<Value>::new(chunks)).unwrap();
    let too_much = call(peer.main(), "f", [stream]);
    assert!(peer.ended().is_some());
    let error = peer.value(&too_much).await.unwrap_err();
    assert!(error.is_disconnected(), "{error:?}");
}
