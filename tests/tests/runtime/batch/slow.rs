//! Clients that take their time: to ask, and to take what they have asked for.

use capnweb_runtime::{KeepAlive, SessionConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::super::support::{
    Frozen, RawPeer, address_of, in_time, open, post, post_head, seconds, serving_by,
};
use super::api::House;

/// More than lies in the buffers of two sockets.
const LARGE: &str = "[\"push\",[\"pipeline\",0,[\"large\"],[33554432]]]\n[\"pull\",1]";

/// Asks for a long answer, and reads no more than how it begins.
async fn asking(url: &str) -> TcpStream {
    let mut stream = open(url, &(post_head(url, "", LARGE.len()) + LARGE)).await;
    let mut status = [0; 12];
    in_time(stream.read_exact(&mut status)).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 200");
    stream
}

/// L-26. The fault: an answer that nobody reads is kept for ever, and with it a place.
#[tokio::test]
async fn l26_an_answer_that_is_not_taken_is_given_up() {
    let clock = Frozen::new();
    let url = serving_by(House::new().server().max_connections(2)).await;
    let url = url.replace("ws://", "http://");
    let deaf = asking(&url).await;
    let mut bystander = RawPeer::connect(&url.replace("http://", "ws://")).await;
    clock.pass(seconds(29)).await;
    assert_eq!(post(&url, "").await.status, 503, "it still has its place");
    clock.pass(seconds(2)).await;
    assert_eq!(post(&url, "").await.status, 200);
    bystander.ask_again().await;
    drop(deaf);
}

/// The fault: a client with a slow connection is cut off from what it reads as fast as it can.
#[tokio::test]
async fn an_answer_that_is_taken_slowly_comes_as_a_whole() {
    let clock = Frozen::new();
    let url = House::new().open().await;
    let mut slow = asking(&url).await;
    let (mut read, mut chunk) = (0, vec![0; 1024 * 1024]);
    loop {
        let length = in_time(slow.read(&mut chunk)).await.unwrap();
        if length == 0 {
            break;
        }
        let before = read / chunk.len();
        read += length;
        if read / chunk.len() > before {
            clock.pass(seconds(5)).await;
        }
    }
    assert!(read > 32 * 1024 * 1024, "{read}");
}

/// The fault: what bounds answers bounds sessions, whose peers may read when they like.
#[tokio::test]
async fn a_session_may_be_read_from_late() {
    let clock = Frozen::new();
    let config = SessionConfig::new().keep_alive(KeepAlive::off());
    let url = serving_by(House::new().server().config(config)).await;
    let mut peer = RawPeer::connect(&url).await;
    for id in 1..=4 {
        peer.send(r#"["push",["pipeline",0,["large"],[8388608]]]"#)
            .await;
        peer.send(&format!(r#"["pull",{id}]"#)).await;
    }
    clock.pass(seconds(120)).await;
    for _ in 0..4 {
        assert!(peer.text().await.len() > 8 * 1024 * 1024);
    }
}

/// L-26. The fault: the head of a request may come as slowly as one likes, a byte at a time.
#[tokio::test]
async fn l26_a_head_that_trickles_in_has_its_time_and_no_more() {
    let clock = Frozen::new();
    let url = House::new().open().await;
    for head in [
        post_head(&url, "", 0),
        "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n".to_owned(),
    ] {
        let mut slow = TcpStream::connect(address_of(&url)).await.unwrap();
        let begun = tokio::time::Instant::now();
        for byte in head.bytes() {
            if slow.write_all(&[byte]).await.is_err() {
                break;
            }
            clock.pass(seconds(1)).await;
            if is_closed(&mut slow) {
                break;
            }
            assert_eq!(post(&url, "").await.status, 200, "a bystander is served");
        }
        let took = begun.elapsed();
        assert!(took >= seconds(9) && took < seconds(13), "{took:?}");
    }
}

/// The fault: a connection that has asked once may stay for ever.
#[tokio::test]
async fn l26_who_asks_for_nothing_more_is_let_go() {
    let clock = Frozen::new();
    let url = House::new().open().await;
    let head = post_head(&url, "", 0).replace("Connection: close\r\n", "");
    let mut idle = open(&url, &head).await;
    let mut status = [0; 12];
    in_time(idle.read_exact(&mut status)).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 200");
    let mut rest = Vec::new();
    let ended = clock.pass_until(idle.read_to_end(&mut rest)).await;
    assert!(ended.is_ok() || !rest.is_empty(), "{ended:?}");
}

fn is_closed(stream: &mut TcpStream) -> bool {
    let mut bytes = [0; 64];
    match stream.try_read(&mut bytes) {
        Ok(length) => length == 0,
        Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
    }
}
