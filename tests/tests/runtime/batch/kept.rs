//! Connections that are kept after a batch, for the next one.

use std::time::{Duration, Instant};

use capnweb_runtime::{Connector, Disconnect};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::super::support::in_time;
use super::api::ApiStub;

/// A server that a test plays.
struct Played {
    listener: TcpListener,
    connector: Connector,
}

/// A batch on its way.
type Sent = JoinHandle<Result<f64, Disconnect>>;

impl Played {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        Self {
            listener,
            connector: Connector::new(url),
        }
    }

    /// Sends a batch, which asks for the square of 2.
    fn send(&self) -> Sent {
        let batch = self.connector.clone().batch::<ApiStub>().unwrap();
        tokio::spawn(async move {
            let square = batch.main().square(2.0);
            Ok(batch.send(square).await?.expect("it is answered"))
        })
    }

    async fn accept(&self) -> TcpStream {
        in_time(self.listener.accept()).await.unwrap().0
    }
}

/// Reads a batch of one call.
async fn read(connection: &mut TcpStream) {
    let mut request = Vec::new();
    while !request.ends_with(br#"["pull",1]"#) {
        let read = in_time(connection.read_buf(&mut request)).await.unwrap();
        assert_ne!(read, 0, "a batch begins");
    }
}

/// Answers it.
async fn answer(connection: &mut TcpStream) {
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n[\"resolve\",1,4]";
    connection.write_all(answer).await.unwrap();
}

/// Reads and answers a batch, and waits until its sender has the result.
async fn serve(connection: &mut TcpStream, sent: Sent) {
    read(connection).await;
    answer(connection).await;
    assert_eq!(in_time(sent).await.unwrap().unwrap(), 4.0);
}

/// Waits until a connection is closed by the client.
async fn end(connection: &mut TcpStream) {
    assert_eq!(in_time(connection.read(&mut [0])).await.unwrap(), 0);
}

/// The fault: each batch waits for a connection of its own.
#[tokio::test]
async fn batches_go_over_one_connection_one_after_the_other() {
    let server = Played::new().await;
    let sent = server.send();
    let mut connection = server.accept().await;
    serve(&mut connection, sent).await;
    for _ in 0..3 {
        let sent = server.send();
        serve(&mut connection, sent).await;
    }
    drop(server);
    end(&mut connection).await;
}

/// The fault: a program that has sent many batches at once keeps a connection for each. The one that
/// is kept serves on.
#[tokio::test]
async fn no_more_connections_are_kept_than_may_be() {
    let mut server = Played::new().await;
    server.connector = server.connector.keep_idle(1, Duration::from_hours(1));
    let (one, other) = (server.send(), server.send());
    let (mut first, mut second) = (server.accept().await, server.accept().await);
    read(&mut first).await;
    read(&mut second).await;
    answer(&mut first).await;
    answer(&mut second).await;
    for sent in [one, other] {
        in_time(sent).await.unwrap().unwrap();
    }
    let kept = tokio::select! {
        () = end(&mut first) => &mut second,
        () = end(&mut second) => &mut first,
    };
    let sent = server.send();
    serve(kept, sent).await;
}

/// The fault: connections that nobody needs any more stay open.
#[tokio::test]
async fn a_connection_is_kept_for_so_long() {
    let mut server = Played::new().await;
    let time = Duration::from_millis(100);
    server.connector = server.connector.keep_idle(1, time);
    let sent = server.send();
    let mut connection = server.accept().await;
    let begun = Instant::now();
    serve(&mut connection, sent).await;
    end(&mut connection).await;
    assert!(begun.elapsed() >= time, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn none_is_kept_if_none_may_be() {
    let mut server = Played::new().await;
    server.connector = server.connector.keep_idle(0, Duration::from_hours(1));
    for _ in 0..2 {
        let sent = server.send();
        let mut connection = server.accept().await;
        serve(&mut connection, sent).await;
        end(&mut connection).await;
    }
}

/// The fault: a batch fails because the server has closed a connection that nothing went over.
#[tokio::test]
async fn a_connection_that_was_closed_meanwhile_is_replaced() {
    let server = Played::new().await;
    let sent = server.send();
    let mut connection = server.accept().await;
    serve(&mut connection, sent).await;
    drop(connection);
    // Whoever has heard of this has heard of that, too.
    let mut elsewhere = TcpStream::connect(server.listener.local_addr().unwrap())
        .await
        .unwrap();
    drop(server.accept().await);
    end(&mut elsewhere).await;
    let sent = server.send();
    let mut connection = server.accept().await;
    serve(&mut connection, sent).await;
}

/// The fault: a batch that the server may have carried out is sent again.
#[tokio::test]
async fn what_may_have_been_carried_out_is_not_repeated() {
    let server = Played::new().await;
    let sent = server.send();
    let mut connection = server.accept().await;
    serve(&mut connection, sent).await;
    let lost = server.send();
    read(&mut connection).await;
    drop(connection);
    let lost = in_time(lost).await.unwrap().unwrap_err();
    assert!(matches!(lost, Disconnect::Request(_)), "{lost:?}");
    // The next connection is the next batch's.
    let sent = server.send();
    let mut connection = server.accept().await;
    serve(&mut connection, sent).await;
}
