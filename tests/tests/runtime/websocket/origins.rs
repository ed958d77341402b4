//! Who may open a WebSocket session, and what whoever may not is told.

use capnweb_runtime::{Origins, Peer, Result, Server, capability};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::header::ORIGIN;

use crate::support::{address_of, in_time, post, post_with, request, serving, serving_by};

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
    let server =
        Server::new(|_| NobodyStub::new(Anybody)).origins(Origins::list(["https://good.example"]));
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

/// The fault: a server whose author never thought of browsers is open to every page in them.
#[tokio::test]
async fn a_server_that_says_nothing_lets_its_own_pages_in() {
    let url = serving(nobody).await;
    assert_eq!(status(&url, &["https://anything.example"]).await, 403);
    assert_eq!(status(&url, &["null"]).await, 403);
    let own: &'static str = format!("http://{}", address_of(&url)).leak();
    assert_eq!(status(&url, &[own]).await, 101);
    assert_eq!(status(&url, &[]).await, 101);
}

#[tokio::test]
async fn a_server_may_be_for_everybody() {
    let url = serving_by(Server::new(nobody).origins(Origins::any())).await;
    assert_eq!(status(&url, &["https://anything.example"]).await, 101);
    assert_eq!(status(&url, &["null"]).await, 101);
}

#[tokio::test]
async fn a_server_may_decide_for_itself() {
    let origins = Origins::matching(|origin| origin.ends_with(".good.example"));
    let url = serving_by(Server::new(nobody).origins(origins)).await;
    assert_eq!(status(&url, &["https://a.good.example"]).await, 101);
    assert_eq!(status(&url, &["https://evil.example"]).await, 403);
}

/// The fault: DNS rebinding, a page whose own name has come to mean this machine.
#[tokio::test]
async fn a_server_may_know_its_names() {
    let url = serving_by(Server::new(nobody).hosts(["127.0.0.1"])).await;
    assert_eq!(status(&url, &[]).await, 101);
    let rebound = "POST / HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(request(&url, rebound).await.status, 421);
    let unnamed = serving(nobody).await;
    assert_eq!(
        request(&unnamed, rebound).await.status,
        200,
        "why names matter"
    );
}

#[tokio::test]
async fn batches_of_other_origins_are_turned_away_too() {
    let url = serving(nobody).await;
    let foreign = "Origin: https://evil.example\r\n";
    assert_eq!(post_with(&url, foreign, "").await.status, 403);
    assert_eq!(post(&url, "").await.status, 200);
}

/// T-29: without being told, an endpoint tells browsers nothing.
#[tokio::test]
async fn answers_may_be_read_by_admitted_pages_if_the_server_says_so() {
    const ALLOWED: &str = "access-control-allow-origin";
    let good = "Origin: https://good.example\r\n";
    let answer = post_with(&picky().await, good, "").await;
    assert_eq!((answer.status, answer.header(ALLOWED)), (200, None));

    let listed = Origins::list(["https://good.example"]);
    let url = serving_by(Server::new(nobody).origins(listed).cors()).await;
    let answer = post_with(&url, good, "").await;
    assert_eq!(answer.header(ALLOWED), Some("https://good.example"));
    assert_eq!(answer.header("vary"), Some("Origin"));
    let failed = post_with(&url, good, "[]").await;
    assert_eq!(failed.status, 400);
    assert_eq!(failed.header(ALLOWED), Some("https://good.example"));
    let evil = post_with(&url, "Origin: https://evil.example\r\n", "").await;
    assert_eq!((evil.status, evil.header(ALLOWED)), (403, None));

    let all = serving_by(Server::new(nobody).origins(Origins::any()).cors()).await;
    assert_eq!(post(&all, "").await.header(ALLOWED), Some("*"));
}

#[tokio::test]
async fn a_browser_that_asks_first_is_answered_if_the_server_says_so() {
    let asks = |origin| {
        format!(
            "OPTIONS / HTTP/1.1\r\nHost: x\r\nOrigin: {origin}\r\nConnection: close\r\nAccess-Control-Request-Method: POST\r\n\r\n"
        )
    };
    let (good, evil) = (asks("https://good.example"), asks("https://evil.example"));
    assert_eq!(request(&picky().await, &good).await.status, 405);
    let listed = Origins::list(["https://good.example"]);
    let url = serving_by(Server::new(nobody).origins(listed).cors()).await;
    let answer = request(&url, &good).await;
    assert_eq!(answer.status, 204);
    let allowed = answer.header("access-control-allow-origin");
    assert_eq!(allowed, Some("https://good.example"));
    assert_eq!(answer.header("access-control-allow-methods"), Some("POST"));
    assert_eq!(request(&url, &evil).await.status, 403);
}

fn nobody(_: &Peer) -> NobodyStub {
    NobodyStub::new(Anybody)
}
