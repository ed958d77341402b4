//! Peers that misbehave below the protocol, and those beside them.

use capnweb_runtime::{Limits, Server, Value, connect};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::Message;

use super::super::support::{Census, Heard, Link, RawPeer, in_time, serving, serving_with};
use super::echo::{EchoStub, Parrot, parrot};

/// Makes round trips on another session until so many main objects are left.
async fn until_alive(census: &Census, expected: usize, beside: &Link<EchoStub>) {
    in_time(async {
        while census.alive() != expected {
            beside.round_trip().await;
        }
    })
    .await;
}

fn small() -> Limits {
    let mut limits = Limits::default();
    limits.max_outgoing_bytes = 1 << 20;
    limits.max_frame_bytes = 1 << 20;
    limits
}

/// A server whose main objects are counted, and a client of it that behaves.
async fn counted() -> (String, Census, Link<EchoStub>) {
    let census = Census::default();
    let served = census.clone();
    let url = serving_with(small(), move |_| Parrot::stub(&served)).await;
    let beside = Link::connect(&url).await;
    (url, census, beside)
}

/// The fault: memory that grows with every answer nobody reads, or a server that waits for the
/// reader.
#[tokio::test]
async fn a_peer_that_never_reads_loses_its_session() {
    let (url, census, beside) = counted().await;
    let mut peer = RawPeer::connect(&url).await;
    until_alive(&census, 2, &beside).await;
    for id in 1..=400 {
        peer.send(r#"["push",["pipeline",0,["large"],[65536]]]"#)
            .await;
        peer.send(&format!(r#"["pull",{id}]"#)).await;
        if census.alive() == 1 {
            break;
        }
    }
    until_alive(&census, 1, &beside).await;
    assert_eq!(
        beside.echo(Value::Bool(true)).await.unwrap(),
        Value::Bool(true)
    );
}

/// Protocol S-84: nobody waits for anything, so that nobody is told.
#[tokio::test]
async fn a_peer_that_vanishes_leaves_nothing_behind() {
    let (url, census, beside) = counted().await;
    let mut peer = RawPeer::connect(&url).await;
    peer.send(r#"["push",["pipeline",0,["echo"],[["export",-1]]]]"#)
        .await;
    until_alive(&census, 2, &beside).await;
    drop(peer.into_stream());
    until_alive(&census, 1, &beside).await;
}

#[tokio::test]
async fn a_peer_that_stops_in_the_middle_of_a_message_leaves_nothing_behind() {
    let (url, census, beside) = counted().await;
    let peer = RawPeer::connect(&url).await;
    until_alive(&census, 2, &beside).await;
    let mut stream = peer.into_stream();
    // A masked text frame of 100 bytes, of which three come.
    stream
        .write_all(&[0x81, 0x80 | 0x64, 0, 0, 0, 0, b'[', b'"', b'p'])
        .await
        .unwrap();
    drop(stream);
    until_alive(&census, 1, &beside).await;
}

/// Protocol L-10, T-16.
#[tokio::test]
async fn a_frame_larger_than_may_be_ends_its_session_alone() {
    let (url, census, beside) = counted().await;
    let mut peer = RawPeer::connect(&url).await;
    until_alive(&census, 2, &beside).await;
    let large = format!(r#"["push","{}"]"#, "x".repeat(1 << 20));
    peer.send(&large).await;
    let abort = peer.text().await;
    assert!(
        abort.contains("exceeds maximum size of 1048576 bytes"),
        "{abort}"
    );
    assert!(matches!(peer.hear().await, Heard::Closed(3000, _)));
    until_alive(&census, 1, &beside).await;
}

/// Protocol T-10.
#[tokio::test]
async fn a_message_in_pieces_is_one_message() {
    use tokio_tungstenite::tungstenite::protocol::frame::Frame;
    use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

    let mut peer = RawPeer::connect(&serving(|_| parrot()).await).await;
    for (piece, code, last) in [
        (r#"["push",["pipe"#, Data::Text, false),
        (r#"line",0,["echo"]"#, Data::Continue, false),
        (",[5]]]", Data::Continue, true),
    ] {
        let frame = Frame::message(piece.as_bytes(), OpCode::Data(code), last);
        peer.send_message(Message::Frame(frame)).await;
    }
    peer.send_message(Message::Ping(vec![1].into())).await;
    peer.send(r#"["pull",1]"#).await;
    assert_eq!(peer.text().await, r#"["resolve",1,5]"#);
}

#[tokio::test]
async fn two_sessions_of_a_server_share_nothing() {
    let (url, census, one) = counted().await;
    let two = Link::<EchoStub>::connect(&url).await;
    let (hanging, echo) = (one.never(), two.echo(Value::Number(1.0)));
    assert_eq!(echo.await.unwrap(), Value::Number(1.0));
    one.session.close("only me");
    assert!(hanging.await.unwrap_err().is_disconnected());
    until_alive(&census, 1, &two).await;
    two.settled().await;
}

#[tokio::test]
async fn dropping_the_server_ends_its_sessions() {
    in_time(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}/", listener.local_addr().unwrap());
        let serving = tokio::spawn(Server::new(|_| parrot()).serve(listener));
        let echo: EchoStub = connect(&url).await.unwrap();
        assert_eq!(echo.echo(Value::Null).await.unwrap(), Value::Null);
        let pending = echo.never();
        serving.abort();
        assert!(pending.await.unwrap_err().is_disconnected());
        assert!(connect::<EchoStub>(&url).await.is_err());
    })
    .await;
}
