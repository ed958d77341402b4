//! The network through its capability: what its holders can ask for, and how it is taken back.

use std::collections::BTreeMap;

use capnweb_runtime::{Body, Bytes, Capability as _, Limits, in_process};
use futures_util::StreamExt as _;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::{Config, Supervisor};
use crate::caps::{GatewayStub, NetworkReaderStub, NetworkRequest, NetworkStub, ResourceError};
use crate::resources::network::{AllowEntry, NetworkPolicy, Reach};

struct Running {
    network: NetworkStub,
    /// The connection ends with its main object.
    _gateway: GatewayStub,
    supervisor: Supervisor,
    _data: TempDir,
}

/// Starts a queue whose tasks may reach one place, and returns its network at the end of a connection.
async fn start(listener: &TcpListener) -> Running {
    let data = tempfile::tempdir().unwrap();
    let place = listener.local_addr().unwrap().to_string();
    let config = Config {
        network: NetworkPolicy::new(vec![AllowEntry::new(&place, Reach::Private).unwrap()]),
        ..Config::new(data.path())
    };
    let supervisor = Supervisor::start(config).await.unwrap();
    let gateway = supervisor.gateway();
    let (gateway, _session) = in_process(gateway.clone(), gateway, Limits::default());
    let network = gateway.get_task_queue().get_shared_network().await.unwrap();
    Running {
        network,
        _gateway: gateway,
        supervisor,
        _data: data,
    }
}

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    (listener, url)
}

/// Takes one request and begins to answer it; returns the request, and the connection to go on with.
async fn answer(listener: TcpListener, text: &'static str) -> (String, TcpStream) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut request = String::new();
    let mut buffer = [0; 4_096];
    while !request.ends_with('!') {
        let read = stream.read(&mut buffer).await.unwrap();
        request.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
        if read == 0 || (request.starts_with("GET") && request.ends_with("\r\n\r\n")) {
            break;
        }
    }
    stream.write_all(text.as_bytes()).await.unwrap();
    (request, stream)
}

fn get(url: &str) -> NetworkRequest {
    NetworkRequest {
        url: url.to_owned(),
        ..NetworkRequest::default()
    }
}

#[tokio::test]
async fn a_request_travels_with_its_method_its_fields_and_its_body() {
    let (listener, url) = listen().await;
    let running = start(&listener).await;
    let served = tokio::spawn(answer(
        listener,
        "HTTP/1.1 409 No\r\nX-A: 1\r\nX-A: 2\r\nContent-Length: 3\r\n\r\n\u{0}hi",
    ));
    let request = NetworkRequest {
        method: Some("PUT".to_owned()),
        headers: BTreeMap::from([("X-Key".to_owned(), "k".to_owned())]),
        body: Body::from("data!"),
        binary: true,
        ..get(&url)
    };
    let answer = running.network.request(request).await.unwrap();
    assert_eq!((answer.status, answer.url), (409, url));
    assert_eq!(answer.headers["x-a"], "1, 2");
    assert!(matches!(answer.body, Body::Bytes(bytes) if *bytes == *b"\0hi"));
    let (request, _) = served.await.unwrap();
    assert!(request.starts_with("PUT / HTTP/1.1\r\n"), "{request}");
    assert!(request.to_lowercase().contains("x-key: k\r\n"), "{request}");
    assert!(request.ends_with("\r\n\r\ndata!"), "{request}");
    running.supervisor.stop().await;
}

#[tokio::test]
async fn who_may_only_read_can_neither_write_nor_send() {
    let (listener, url) = listen().await;
    let running = start(&listener).await;
    let reader: NetworkReaderStub = running.network.attenuate();
    let stub = reader.as_stub().clone();
    for method in ["post", "request"] {
        let refused = stub.call(method, (&url,)).await;
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains("is not a function"), "{refused}");
    }
    let writing = [
        NetworkRequest {
            method: Some("DELETE".to_owned()),
            ..get(&url)
        },
        NetworkRequest {
            body: Body::from("data"),
            ..get(&url)
        },
    ];
    for request in writing {
        let refused = reader.read(request).await.unwrap_err();
        assert!(matches!(refused, ResourceError::Denied { .. }), "{refused}");
    }
    let posting = NetworkRequest {
        method: Some("POST".to_owned()),
        ..get(&url)
    };
    let refused = reader.download(posting).await.unwrap_err();
    assert!(matches!(refused, ResourceError::Denied { .. }), "{refused}");
    assert_eq!(reader.get_stats().await.unwrap().request_count, 0);
    let served = tokio::spawn(answer(
        listener,
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
    ));
    let page = reader.read(get(&url)).await.unwrap();
    assert_eq!(page.body.text(99).await.unwrap(), "hi");
    served.await.unwrap();
    running.supervisor.stop().await;
}

#[tokio::test]
async fn more_than_may_be_sent_is_refused_also_when_it_comes_as_a_stream() {
    let (listener, url) = listen().await;
    let running = start(&listener).await;
    let chunk = Bytes::new(vec![0; 1 << 16]);
    let endless = futures_util::stream::repeat(chunk);
    let request = NetworkRequest {
        method: Some("POST".to_owned()),
        body: Body::Stream(capnweb_runtime::ReadableStream::new(endless)),
        ..get(&url)
    };
    let refused = running.network.request(request).await.unwrap_err();
    assert!(
        matches!(refused, ResourceError::Invalid { .. }),
        "{refused}"
    );
    running.supervisor.stop().await;
}

#[tokio::test]
async fn a_download_flows_and_ends_with_the_loan_it_came_through() {
    let (listener, url) = listen().await;
    let running = start(&listener).await;
    let gateway = running.supervisor.gateway();
    let (gateway, _session) = in_process(gateway.clone(), gateway, Limits::default());
    let lent = gateway.get_resources().lend_network(true).await.unwrap();
    let served = tokio::spawn(answer(
        listener,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n",
    ));
    let mut chunks = lent.network.download(get(&url)).await.unwrap();
    let first = chunks.next().await.unwrap().unwrap();
    assert_eq!(*first, *b"one");
    let (_, mut connection) = served.await.unwrap();
    lent.loan.revoke("over".to_owned()).await.unwrap();
    let broken = chunks.next().await.unwrap().unwrap_err();
    assert!(broken.to_string().contains("over"), "{broken}");
    // The server is hung up on: nothing of the exchange is left.
    let mut rest = Vec::new();
    drop(connection.read_to_end(&mut rest).await);
    running.supervisor.stop().await;
}
