//! Dead peers, and those that are only quiet.

use capnweb_runtime::{Disconnect, Fault, KeepAlive, Server, SessionConfig};
use tokio::io::AsyncWriteExt as _;
use tokio_tungstenite::tungstenite::Message;

use super::super::support::{Census, Frozen, Heard, Link, RawPeer, RawServer, seconds, serving_by};
use super::echo::{EchoStub, Parrot};

/// A server that asks after 30 seconds and gives up after 20 more, and the count of its sessions.
async fn counted() -> (String, Census) {
    let census = Census::default();
    let counting = census.clone();
    let server = Server::new(move |_| Parrot::stub(&counting));
    (serving_by(server).await, census)
}

/// A peer that has said something, so that the server is known to listen to it.
async fn begun(url: &str) -> RawPeer {
    let mut peer = RawPeer::connect(url).await;
    peer.ask(1, r#"["pipeline",0,["echo"],[1]]"#).await;
    peer
}

/// The fault: the sessions of peers whose cable was pulled are kept for ever.
#[tokio::test]
async fn a_peer_that_answers_no_ping_loses_its_session() {
    let clock = Frozen::new();
    let (url, census) = counted().await;
    // From here on nobody reads on this socket, so that no ping is answered.
    let peer = begun(&url).await.into_stream();
    clock.pass(seconds(49)).await;
    assert_eq!(
        census.alive(),
        1,
        "it has been asked, and has its time to answer"
    );
    // What is left of it is given its time to end, too.
    clock.pass(seconds(12)).await;
    assert_eq!(census.alive(), 0);
    drop(peer);
}

#[tokio::test]
async fn a_quiet_peer_that_answers_pings_stays() {
    let clock = Frozen::new();
    let (url, census) = counted().await;
    let mut peer = begun(&url).await;
    for _ in 0..5 {
        // Reading answers the ping.
        clock.pass_until(peer.pinged()).await;
        peer.ask_again().await;
    }
    assert_eq!(census.alive(), 1);
    peer.send(r#"["pull",0]"#).await;
    assert!(matches!(peer.hear().await, Heard::Text(_)));
}

/// The fault: a message that takes long to arrive is taken for silence.
#[tokio::test]
async fn a_slow_peer_is_not_a_dead_one() {
    let clock = Frozen::new();
    let (url, census) = counted().await;
    let mut stream = begun(&url).await.into_stream();
    // A masked text frame of 100 bytes, of which one comes every 40 seconds.
    let head = [0x81, 0x80 | 0x64, 0, 0, 0, 0];
    stream.write_all(&head).await.expect("the server listens");
    for _ in 0..5 {
        stream.write_all(b" ").await.expect("the server listens");
        clock.pass(seconds(40)).await;
    }
    assert_eq!(census.alive(), 1);
}

#[tokio::test]
async fn a_client_finds_a_dead_server() {
    let clock = Frozen::new();
    let server = RawServer::bind().await;
    let (link, silent) = tokio::join!(Link::<EchoStub>::connect(&server.url), server.accept());
    let pending = link.never();
    let _silent = silent.into_stream();
    let end = clock.pass_until(link.session.closed()).await;
    assert!(matches!(end, Disconnect::Unresponsive { .. }), "{end:?}");
    assert_eq!(end.fault(), Fault::Transport);
    assert!(pending.await.unwrap_err().is_disconnected());
}

#[tokio::test]
async fn a_server_that_does_not_want_to_know_never_asks() {
    let clock = Frozen::new();
    let census = Census::default();
    let counting = census.clone();
    let server = Server::new(move |_| Parrot::stub(&counting))
        .config(SessionConfig::new().keep_alive(KeepAlive::off()));
    let url = serving_by(server).await;
    let mut peer = begun(&url).await;
    clock.pass(seconds(3600)).await;
    assert_eq!(census.alive(), 1);
    peer.send_message(Message::Ping(vec![7].into())).await;
    peer.ask_again().await;
    assert_eq!(peer.pings(), 0);
}
