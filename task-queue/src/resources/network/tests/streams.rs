//! Bodies that are read as they come.

use bytes::Bytes;
use futures_util::StreamExt as _;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::server::{Server, allowing, client, hear, ok, policy};
use crate::resources::network::{NetworkError, NetworkPolicy, Request, Stage};

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

/// A server whose connection the test itself writes to.
async fn listening() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

async fn accept(listener: TcpListener) -> TcpStream {
    let (mut connection, _) = listener.accept().await.unwrap();
    hear(&mut connection).await.unwrap();
    connection.write_all(HEAD).await.unwrap();
    connection
}

/// What the server writes after the first chunk was read can only have come as a stream.
#[tokio::test]
async fn chunks_are_there_before_the_end_is() {
    let (listener, port) = listening().await;
    let client = client(allowing("server.test", port));
    let serving = tokio::spawn(accept(listener));
    let request = Request::get(format!("http://server.test:{port}/"));
    let mut download = client.download(request).await.unwrap();
    let mut connection = serving.await.unwrap();
    for chunk in ["one", "two"] {
        connection
            .write_all(format!("3\r\n{chunk}\r\n").as_bytes())
            .await
            .unwrap();
        assert_eq!(download.chunks.next().await.unwrap().unwrap(), chunk);
    }
    connection.write_all(b"0\r\n\r\n").await.unwrap();
    assert!(download.chunks.next().await.is_none());
}

#[tokio::test]
async fn a_stream_that_nobody_reads_any_more_is_hung_up_on_and_gives_its_place_back() {
    let (listener, port) = listening().await;
    let client = client(NetworkPolicy {
        concurrent: 1,
        ..allowing("server.test", port)
    });
    let url = format!("http://server.test:{port}/");
    let serving = tokio::spawn(accept(listener));
    let download = client.download(Request::get(&url)).await.unwrap();
    let crowded = client.fetch(&url).await.unwrap_err();
    assert!(
        matches!(crowded, NetworkError::TooManyAtOnce { .. }),
        "{crowded:?}"
    );
    drop(download);
    let mut connection = serving.await.unwrap();
    let mut asked = Vec::new();
    // Ends when the client hangs up, and not before.
    connection.read_to_end(&mut asked).await.unwrap();
    drop(connection);
    let free = client.fetch(&url).await.unwrap_err();
    assert!(matches!(free, NetworkError::Exchange { .. }), "{free:?}");
}

#[tokio::test]
async fn a_stream_is_as_long_as_it_may_be_and_no_longer() {
    let server = Server::start(|_| {
        let chunks = "5\r\n12345\r\n".repeat(2);
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n")
    })
    .await;
    for (stream_bytes, fits) in [(10, true), (9, false)] {
        let client = client(NetworkPolicy {
            response_bytes: 1,
            stream_bytes,
            ..policy(&server)
        });
        let request = Request::get(server.url("/"));
        let chunks = client.download(request).await.unwrap().chunks;
        let read: Vec<Result<Bytes, _>> = chunks.collect().await;
        let whole = read.iter().all(Result::is_ok);
        assert_eq!(whole, fits, "{read:?}");
        if let Some(Err(error)) = read.last() {
            assert!(matches!(error, NetworkError::ResponseTooLarge { max: 9 }));
        }
    }
}

#[tokio::test]
async fn a_stream_lasts_as_long_as_it_may_and_no_longer() {
    let (listener, port) = listening().await;
    let limit = std::time::Duration::from_millis(30);
    let client = client(NetworkPolicy {
        stream_limit: limit,
        ..allowing("server.test", port)
    });
    let serving = tokio::spawn(accept(listener));
    let request = Request::get(format!("http://server.test:{port}/"));
    let mut download = client.download(request).await.unwrap();
    let late = download.chunks.next().await.unwrap().unwrap_err();
    assert!(
        matches!(
            late,
            NetworkError::TimedOut {
                stage: Stage::Everything,
                ..
            }
        ),
        "{late:?}"
    );
    assert!(download.chunks.next().await.is_none());
    drop(serving.await.unwrap());
}

#[tokio::test]
async fn an_error_page_is_no_download() {
    let server =
        Server::start(|_| "HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno".to_owned()).await;
    let client = client(policy(&server));
    let refused = client
        .download(Request::get(server.url("/")))
        .await
        .unwrap_err();
    assert!(
        matches!(refused, NetworkError::Status { status: 404 }),
        "{refused:?}"
    );
    let server = Server::start(|_| ok("x")).await;
    let host = client
        .download(Request::get(server.url("/")))
        .await
        .unwrap_err();
    assert!(
        matches!(host, NetworkError::HostNotAllowed { .. }),
        "{host:?}"
    );
}
