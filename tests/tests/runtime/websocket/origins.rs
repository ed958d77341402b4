//! Who may open a WebSocket session, and what whoever may not is told.

use capnweb_runtime::{Result, Server, capability};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::header::ORIGIN;

use crate::support::{in_time, serving};

#[capability]
trait Nobody {
    async fn nothing(&self) -> Result<()>;
}

struct Anybody;

impl Nobody for Anybody {
    async fn nothing(&self) -> Result<()> {
        Ok(())
    }
}

/// A server for pages of one origin; returns its address.
async fn picky() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it has an address");
    let server = Server::new(|_| NobodyStub::new(Anybody))
        .origins(|origin| origin == "https://good.example");
    drop(tokio::spawn(server.serve(listener)));
    format!("ws://{address}/")
}

/// Connects as a page of those origins, or as no page at all; returns the status of the answer.
async fn status(url: &str, origins: &[&'static str]) -> u16 {
    let mut request = url.into_client_request().expect("it is a URL");
    for origin in origins {
        let origin = HeaderValue::from_static(origin);
        request.headers_mut().append(ORIGIN, origin);
    }
    let address = url.trim_start_matches("ws://").trim_end_matches('/');
    let stream = TcpStream::connect(address).await.expect("it listens");
    match in_time(client_async(request, stream)).await {
        Ok((_, response)) => response.status().as_u16(),
        Err(Error::Http(response)) => response.status().as_u16(),
        Err(error) => panic!("{error}"),
    }
}

/// The fault: a page from anywhere that uses what only this machine can reach (protocol L-47).
#[tokio::test]
async fn pages_of_other_origins_are_turned_away_where_the_server_says_so() {
    let url = picky().await;
    assert_eq!(status(&url, &[]).await, 101);
    assert_eq!(status(&url, &["https://good.example"]).await, 101);
    assert_eq!(status(&url, &["https://evil.example"]).await, 403);
    assert_eq!(status(&url, &["null"]).await, 403);
    let both = ["https://good.example", "https://evil.example"];
    assert_eq!(status(&url, &both).await, 403);
}

#[tokio::test]
async fn a_server_that_says_nothing_lets_every_page_in() {
    let url = serving(|_| NobodyStub::new(Anybody)).await;
    assert_eq!(status(&url, &["https://anything.example"]).await, 101);
}
