//! Beginnings that fail, each in its own way.

use std::sync::Mutex;

use capnweb_runtime::{ConnectError, Error, Peer, Value, connect};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::super::support::{Link, in_time, serving};
use super::echo::{EchoStub, parrot};

async fn refusal(url: &str) -> ConnectError {
    in_time(connect::<EchoStub>(url)).await.unwrap_err()
}

#[tokio::test]
async fn what_is_no_websocket_url_is_refused_unasked() {
    for url in ["", "nonsense", "http://localhost/", "ws://", "ws:/x"] {
        let error = refusal(url).await;
        assert!(
            matches!(error, ConnectError::Url(_) | ConnectError::Io(_)),
            "{url}: {error:?}"
        );
    }
    assert!(matches!(
        refusal("http://localhost/").await,
        ConnectError::Url(_)
    ));
}

#[tokio::test]
async fn a_server_that_is_not_there() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = refusal(&format!("ws://{address}/")).await;
    assert!(matches!(error, ConnectError::Io(_)), "{error:?}");
    assert!(Error::from(error).is_disconnected());
}

#[tokio::test]
async fn a_server_that_speaks_no_websocket() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answering = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 1024];
        let _length = stream.read(&mut request).await.unwrap();
        stream
            .write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            .await
            .unwrap();
    });
    let error = refusal(&format!("ws://{address}/")).await;
    assert!(matches!(error, ConnectError::Handshake(_)), "{error:?}");
    answering.await.unwrap();
}

#[tokio::test]
async fn a_server_knows_where_its_peers_come_from() {
    let (tell, mut told) = mpsc::unbounded_channel::<Peer>();
    let tell = Mutex::new(tell);
    let url = serving(move |peer| {
        tell.lock().unwrap().send(peer.clone()).unwrap();
        parrot()
    })
    .await;
    let link = Link::<EchoStub>::connect(&url).await;
    link.echo(Value::Null).await.unwrap();
    let address = told.recv().await.unwrap().address.unwrap();
    assert!(address.ip().is_loopback(), "{address}");
}
