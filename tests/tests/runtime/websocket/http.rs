//! What is said over HTTP, and to whom.

use axum::Router;
use axum::routing::get;
use capnweb_runtime::{Value, connect};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::super::support::{in_time, serving};
use super::echo::{EchoStub, parrot};

/// Sends a request as it is written; returns the whole response.
async fn request(url: &str, text: &str) -> String {
    let address = url.trim_start_matches("ws://").trim_end_matches('/');
    in_time(async {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        response
    })
    .await
}

fn assert_refused(response: &str) {
    assert!(response.starts_with("HTTP/1.1 400 "), "{response}");
    let text = "This endpoint only accepts WebSocket requests.";
    assert!(response.ends_with(&format!("\r\n\r\n{text}")), "{response}");
}

const PLAIN: &str = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

/// Protocol T-15.
#[tokio::test]
async fn who_asks_for_no_websocket_is_told_so() {
    let url = serving(|_| parrot()).await;
    assert_refused(&request(&url, PLAIN).await);
    let post = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi";
    assert_refused(&request(&url, post).await);
    let old = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 8\r\n\r\n";
    assert_refused(&request(&url, old).await);
}

#[tokio::test]
async fn sessions_share_a_port_with_other_routes() {
    in_time(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new()
            .route("/hello", get(async || "hello"))
            .route(
                "/rpc",
                capnweb_runtime::axum::rpc(|peer| {
                    assert!(peer.address.is_some(), "the peer's address is known");
                    parrot()
                }),
            )
            .into_make_service_with_connect_info::<SocketAddr>();
        drop(tokio::spawn(axum::serve(listener, app).into_future()));

        let hello = PLAIN.replace("GET /", "GET /hello");
        let hello = request(&format!("ws://{address}/"), &hello).await;
        assert!(hello.ends_with("\r\n\r\nhello"), "{hello}");
        let plain = PLAIN.replace("GET /", "GET /rpc");
        assert_refused(&request(&format!("ws://{address}/"), &plain).await);
        let echo: EchoStub = connect(&format!("ws://{address}/rpc")).await.unwrap();
        assert_eq!(
            echo.echo(Value::Bool(true)).await.unwrap(),
            Value::Bool(true)
        );
    })
    .await;
}
