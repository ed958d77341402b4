//! What is said over HTTP, and to whom.

use axum::Router;
use axum::routing::get;
use capnweb_runtime::{Server, Value, connect};
use std::net::SocketAddr;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;

use super::super::support::{Response, address_of, in_time, open, post, request, serving};
use super::echo::{EchoStub, parrot};

fn assert_refused(response: &Response, status: u16) {
    assert_eq!(response.status, status, "{response:?}");
    let text = "This endpoint only accepts POST or WebSocket requests.";
    assert_eq!(response.body, text);
}

const PLAIN: &str = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

/// T-15, T-24, T-30.
#[tokio::test]
async fn who_asks_for_neither_a_batch_nor_a_websocket_is_told_so() {
    let url = serving(|_| parrot()).await;
    assert_refused(&request(&url, PLAIN).await, 400);
    for method in ["PUT", "DELETE", "OPTIONS", "PATCH"] {
        let response = request(&url, &PLAIN.replace("GET", method)).await;
        assert_refused(&response, 405);
        assert_eq!(response.header("allow"), Some("GET, POST"), "{method}");
    }
    let head = request(&url, &PLAIN.replace("GET", "HEAD")).await;
    assert_eq!((head.status, head.body.as_str()), (405, ""));
}

#[tokio::test]
async fn a_handshake_of_another_version_is_told_ours() {
    let url = serving(|_| parrot()).await;
    let old = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 8\r\n\r\n";
    let response = request(&url, old).await;
    assert_eq!(response.status, 426);
    assert_eq!(response.header("sec-websocket-version"), Some("13"));
}

/// RFC 6455, 4.2.1. The fault: a handshake that no WebSocket client has made is agreed to.
#[tokio::test]
async fn a_handshake_whose_key_is_not_16_bytes_is_refused() {
    let url = serving(|_| parrot()).await;
    let handshake = |keys: &[&str]| {
        let keys = keys
            .iter()
            .map(|key| format!("Sec-WebSocket-Key: {key}\r\n"));
        let keys: String = keys.collect();
        format!(
            "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n{keys}\
             Sec-WebSocket-Version: 13\r\n\r\n"
        )
    };
    let good = "dGhlIHNhbXBsZSBub25jZQ==";
    for keys in [
        &[][..],
        &[""],
        &["dGhlIHNhbXBsZSBub25jZQ="],
        &["dGhlIHNhbXBsZSBub25jZQ"],
        &["dGhlIHNhbXBsZSBub25j"],
        &["AdGhlIHNhbXBsZSBub25jZQ=="],
        &["dGhlIHNhbXBsZSBub25j*Q=="],
        &["dGhlIHNhbXBsZSBub25jZQ== x"],
        &[good, good],
    ] {
        let handshake = handshake(keys).replace("Upgrade\r\n", "Upgrade, close\r\n");
        let response = request(&url, &handshake).await;
        assert_eq!(response.status, 400, "{keys:?}: {response:?}");
        let text = "The key of a WebSocket handshake is 16 bytes in base64.";
        assert_eq!(response.body, text, "{keys:?}");
    }
    let mut agreed = open(&url, &handshake(&[good])).await;
    let mut head = [0; 12];
    in_time(agreed.read_exact(&mut head)).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 101");
}

/// T-10: compression is offered by browsers, and not taken up.
#[tokio::test]
async fn compression_is_not_agreed_to() {
    let url = serving(|_| parrot()).await;
    let mut request = url.as_str().into_client_request().unwrap();
    let offer = "permessage-deflate; client_max_window_bits";
    request
        .headers_mut()
        .insert("sec-websocket-extensions", HeaderValue::from_static(offer));
    let stream = TcpStream::connect(address_of(&url)).await.unwrap();
    let (_, response) = in_time(client_async(request, stream)).await.unwrap();
    assert!(!response.headers().contains_key("sec-websocket-extensions"));
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
        assert_eq!(hello.body, "hello");
        let plain = PLAIN.replace("GET /", "GET /rpc");
        assert_refused(&request(&format!("ws://{address}/"), &plain).await, 400);
        let batch = post(&format!("http://{address}/rpc"), BATCH).await;
        assert_eq!(batch.body, r#"["resolve",1,true]"#);
        let echo: EchoStub = connect(&format!("ws://{address}/rpc")).await.unwrap();
        assert_eq!(
            echo.echo(Value::Bool(true)).await.unwrap(),
            Value::Bool(true)
        );
    })
    .await;
}

/// The same through a service, where nobody knows of axum.
#[tokio::test]
async fn an_endpoint_is_a_service() {
    in_time(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = Server::new(|_| parrot()).into_service();
        let app = Router::new().route_service("/rpc", service);
        drop(tokio::spawn(axum::serve(listener, app).into_future()));
        let batch = post(&format!("http://{address}/rpc"), BATCH).await;
        assert_eq!(batch.body, r#"["resolve",1,true]"#);
        let echo: EchoStub = connect(&format!("ws://{address}/rpc")).await.unwrap();
        assert_eq!(echo.echo(Value::Null).await.unwrap(), Value::Null);
    })
    .await;
}

const BATCH: &str = "[\"push\",[\"pipeline\",0,[\"echo\"],[true]]]\n[\"pull\",1]";
