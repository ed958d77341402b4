//! Ends: close code 3000 with the reason, and the error that a peer is told before.

use capnweb_runtime::{Capability as _, Disconnect, ErrorClass, Fault, Value};
use tokio_tungstenite::tungstenite::Message;

use super::super::support::{Heard, Link, RawPeer, RawServer, in_time, serving};
use super::echo::{EchoStub, parrot};

async fn raw() -> RawPeer {
    RawPeer::connect(&serving(|_| parrot()).await).await
}

/// A client of ours, and the raw peer that serves it.
async fn client() -> (Link<EchoStub>, RawPeer) {
    let server = RawServer::bind().await;
    in_time(async { tokio::join!(Link::connect(&server.url), server.accept()) }).await
}

/// Protocol T-13, O-19.
#[tokio::test]
async fn closing_a_session_tells_the_reason() {
    let mut peer = raw().await;
    peer.send(r#"["push",["pipeline",0,["end"],["maintenance"]]]"#)
        .await;
    let closed = Heard::Closed(3000, "maintenance".to_owned());
    let told = peer.hear().await;
    let told = match told {
        Heard::Text(abort) => {
            assert_eq!(abort, r#"["abort",["error","Error","maintenance"]]"#);
            peer.hear().await
        }
        told => told,
    };
    assert_eq!(told, closed);
}

/// The fault: a reason longer than a close frame holds makes the frame invalid, or is cut inside a
/// character.
#[tokio::test]
async fn a_long_reason_is_cut_between_characters() {
    let mut peer = raw().await;
    let reason = "é".repeat(100);
    peer.send(&format!(r#"["abort",["error","Error","{reason}"]]"#))
        .await;
    assert_eq!(peer.hear().await, Heard::Closed(3000, "é".repeat(61)));
}

#[tokio::test]
async fn a_peer_that_aborts_is_not_aborted_back() {
    let mut peer = raw().await;
    peer.send(r#"["abort",["error","RangeError","bye"]]"#).await;
    assert_eq!(peer.hear().await, Heard::Closed(3000, "bye".to_owned()));
}

#[tokio::test]
async fn breaking_the_protocol_is_answered_with_what_is_wrong() {
    for (message, error, reason) in [
        (
            r#"["bogus"]"#,
            r#"["error","Error","bad RPC message: [\"bogus\"]"]"#,
            r#"bad RPC message: ["bogus"]"#,
        ),
        (
            r#"["pull",7]"#,
            r#"["error","Error","no such export ID: 7"]"#,
            "no such export ID: 7",
        ),
        (
            r#"["push",["nope"]]"#,
            r#"["error","TypeError","unknown special value: [\"nope\"]"]"#,
            r#"unknown special value: ["nope"]"#,
        ),
    ] {
        let mut peer = raw().await;
        peer.send(message).await;
        assert_eq!(
            peer.text().await,
            format!(r#"["abort",{error}]"#),
            "{message}"
        );
        assert_eq!(peer.hear().await, Heard::Closed(3000, reason.to_owned()));
    }
}

/// Protocol T-11.
#[tokio::test]
async fn a_binary_message_ends_the_session() {
    let mut peer = raw().await;
    peer.send_message(Message::binary(vec![1, 2, 3])).await;
    let abort = peer.text().await;
    assert!(
        abort.starts_with(r#"["abort",["error","SyntaxError","#),
        "{abort}"
    );
    assert!(matches!(peer.hear().await, Heard::Closed(3000, _)));
}

/// Protocol T-1: what was said before the end is heard before it.
/// T-16: RFC 6455 has a code for it.
#[tokio::test]
async fn text_that_is_none_ends_the_session() {
    use tokio_tungstenite::tungstenite::protocol::frame::Frame;
    use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

    let mut peer = raw().await;
    let frame = Frame::message(vec![b'"', 0xff, b'"'], OpCode::Data(Data::Text), true);
    peer.send_message(Message::Frame(frame)).await;
    let abort = peer.text().await;
    assert!(
        abort.starts_with(r#"["abort",["error","SyntaxError","#),
        "{abort}"
    );
    assert!(matches!(peer.hear().await, Heard::Closed(1007, _)));
}

#[tokio::test]
async fn a_client_learns_what_the_server_held_against_it() {
    let (client, mut server) = client().await;
    let pending = client.never();
    server.text().await;
    server
        .send(r#"["abort",["error","RangeError","too much"]]"#)
        .await;
    let Disconnect::AbortedByPeer { class, message } = in_time(client.session.closed()).await
    else {
        panic!("the server aborted");
    };
    assert_eq!(
        (class, message.as_ref()),
        (ErrorClass::RangeError, "too much")
    );
    let error = pending.await.unwrap_err();
    assert_eq!(
        (error.class(), error.to_string()),
        (ErrorClass::RangeError, "too much".to_owned())
    );
    let later = client.echo(Value::Null).await.unwrap_err();
    assert!(later.is_disconnected());
}

/// Protocol T-14, S-82, O-18.
#[tokio::test]
async fn a_client_learns_how_the_server_closed() {
    let (client, mut server) = client().await;
    server.send_message(Message::Close(None)).await;
    let end = in_time(client.session.closed()).await;
    assert!(
        matches!(end, Disconnect::ClosedByPeer { code: 1005, .. }),
        "{end:?}"
    );
    assert_eq!(end.fault(), Fault::Peer);
}

/// Protocol T-14, S-82, B-24.
#[tokio::test]
async fn a_server_that_vanishes_fails_what_is_pending() {
    let (client, server) = client().await;
    let pending = client.never();
    drop(server.into_stream());
    let error = in_time(pending).await.unwrap_err();
    assert!(error.is_disconnected(), "{error:?}");
    let end = in_time(client.session.closed()).await;
    assert!(
        matches!(
            end,
            Disconnect::ClosedByPeer { code: 1006, .. } | Disconnect::Transport(_)
        ),
        "{end:?}"
    );
}

#[tokio::test]
async fn dropping_the_main_stub_says_goodbye() {
    let (client, mut server) = client().await;
    let pending = client.never();
    let session = client.session.clone();
    server.text().await;
    drop(client.main.clone());
    drop(client);
    let goodbye = "RPC session was shut down by disposing the main stub";
    assert_eq!(server.hear().await, Heard::Closed(3000, goodbye.to_owned()));
    assert_eq!(pending.await.unwrap_err().to_string(), goodbye);
    assert!(matches!(session.closed().await, Disconnect::Shutdown));
}

/// Protocol S-83.
#[tokio::test]
async fn a_stub_that_outlives_its_session_says_so() {
    let (client, server) = client().await;
    let main = client.main.clone();
    client.session.close("enough");
    drop(server);
    let error = main.as_stub().get("anything").await.unwrap_err();
    assert_eq!(error.to_string(), "enough");
}
