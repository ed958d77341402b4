//! How often, how long, how much and how many at once.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

use super::server::{AllRoadsLeadHere, Server, allowing, client, hear, ok, policy, refused};
use crate::clock::{ManualClock, SystemClock};
use crate::future::BoxFuture;
use crate::model::Timestamp;
use crate::resources::network::{NetworkClient, NetworkError, NetworkPolicy, Resolve, Stage};

#[tokio::test]
async fn of_many_at_once_as_many_get_through_as_the_limit_says() {
    let server = Server::start(|_| ok("x")).await;
    let clock = Arc::new(ManualClock::new(Timestamp::from_millis(0)));
    let policy = NetworkPolicy {
        requests_per_minute: 3,
        ..policy(&server)
    };
    let client = NetworkClient::with_resolver(policy, Arc::clone(&clock) as _, AllRoadsLeadHere);
    let client = client.unwrap();
    let fetch = |_| {
        let (client, url) = (client.clone(), server.url("/"));
        tokio::spawn(async move { client.fetch(&url).await })
    };
    let mut through = 0;
    for fetching in (0..10).map(fetch).collect::<Vec<_>>() {
        match fetching.await.unwrap() {
            Ok(_) => through += 1,
            Err(refused) => assert!(matches!(
                refused,
                NetworkError::RateLimited { per_minute: 3 }
            )),
        }
    }
    assert_eq!(through, 3);
    assert_eq!(server.requests().len(), 3);
    clock.advance(Duration::from_secs(20));
    client.fetch(&server.url("/")).await.unwrap();
    assert!(client.fetch(&server.url("/")).await.is_err());
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_cut_off() {
    let server = Server::start(|path| match path {
        "/announced" => ok(&"x".repeat(101)),
        "/endless" => {
            let chunk = format!("32\r\n{}\r\n", "x".repeat(50));
            format!(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{}",
                chunk.repeat(3)
            )
        }
        _ => ok(&"x".repeat(100)),
    })
    .await;
    let client = client(NetworkPolicy {
        response_bytes: 100,
        request_bytes: 10,
        ..policy(&server)
    });
    assert_eq!(
        client.fetch(&server.url("/")).await.unwrap().body.len(),
        100
    );
    for path in ["/announced", "/endless"] {
        let refused = client.fetch(&server.url(path)).await.unwrap_err();
        assert!(
            matches!(refused, NetworkError::ResponseTooLarge { max: 100 }),
            "{refused:?}"
        );
    }
    let refused = client
        .post(&server.url("/"), &json!("123456789"))
        .await
        .unwrap_err();
    assert!(matches!(
        refused,
        NetworkError::RequestTooLarge { bytes: 11, max: 10 }
    ));
}

/// Accepts one connection, writes what it is given and then holds its tongue.
async fn mute(words: &'static str) -> (u16, tokio::task::JoinHandle<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let holding = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        hear(&mut stream).await.unwrap();
        stream.write_all(words.as_bytes()).await.unwrap();
        stream
    });
    (port, holding)
}

async fn given_up(policy: NetworkPolicy, port: u16) -> Stage {
    let url = format!("http://server.test:{port}/");
    match refused(&client(policy), &url).await {
        NetworkError::TimedOut { stage, limit } => {
            assert_eq!(limit, SHORT);
            stage
        }
        other => panic!("it was not given up: {other:?}"),
    }
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let (port, _holding) = mute("").await;
    let policy = NetworkPolicy {
        answer_limit: SHORT,
        ..allowing("server.test", port)
    };
    assert_eq!(given_up(policy, port).await, Stage::Answering);
}

#[tokio::test]
async fn a_server_that_does_not_finish_its_head_is_given_up() {
    let (port, _holding) = mute("HTTP/1.1 200 OK\r\nX-Slow: ").await;
    let policy = NetworkPolicy {
        answer_limit: SHORT,
        ..allowing("server.test", port)
    };
    assert_eq!(given_up(policy, port).await, Stage::Answering);
}

#[tokio::test]
async fn a_server_that_stops_in_the_midst_is_given_up() {
    let (port, _holding) = mute("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf").await;
    let policy = NetworkPolicy {
        stall_limit: SHORT,
        ..allowing("server.test", port)
    };
    assert_eq!(given_up(policy, port).await, Stage::Pausing);
}

/// It never pauses for long, and it never comes to an end.
#[tokio::test]
async fn a_server_that_drips_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let dripping = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        hear(&mut stream).await.unwrap();
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut drops = tokio::time::interval(Duration::from_millis(1));
        while stream.write_all(b".").await.is_ok() {
            drops.tick().await;
        }
    });
    let policy = NetworkPolicy {
        time_limit: SHORT,
        ..allowing("server.test", port)
    };
    assert_eq!(given_up(policy, port).await, Stage::Everything);
    // It is hung up on, too: else it would drip for ever.
    dripping.await.unwrap();
}

/// A name whose resolver never answers, as one whose packets are swallowed.
#[derive(Debug)]
struct Silence;

impl Resolve for Silence {
    fn resolve<'a>(&'a self, _host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn a_host_that_is_not_found_in_time_is_given_up() {
    let policy = NetworkPolicy {
        connect_limit: SHORT,
        ..allowing("server.test", 80)
    };
    let client = NetworkClient::with_resolver(policy, Arc::new(SystemClock), Silence).unwrap();
    let late = refused(&client, "http://server.test/").await;
    let stage = Stage::Connecting;
    assert!(
        matches!(late, NetworkError::TimedOut { stage: at, limit: SHORT } if at == stage),
        "{late:?}"
    );
}

/// At the limit nobody waits for a place; whoever was asking before gets an answer, and then there is
/// a place again.
#[tokio::test]
async fn so_many_at_once_and_no_more() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let client = client(NetworkPolicy {
        concurrent: 1,
        ..allowing("server.test", port)
    });
    let url = format!("http://server.test:{port}/");
    let (first, first_url) = (client.clone(), url.clone());
    let bystander = tokio::spawn(async move { first.fetch(&first_url).await });
    let (mut connection, _) = listener.accept().await.unwrap();
    hear(&mut connection).await.unwrap();
    let crowded = refused(&client, &url).await;
    assert!(
        matches!(crowded, NetworkError::TooManyAtOnce { max: 1 }),
        "{crowded:?}"
    );
    connection.write_all(ok("served").as_bytes()).await.unwrap();
    assert_eq!(bystander.await.unwrap().unwrap().text(), "served");
    let next = tokio::spawn(async move { client.fetch(&url).await });
    let (mut connection, _) = listener.accept().await.unwrap();
    hear(&mut connection).await.unwrap();
    connection.write_all(ok("next").as_bytes()).await.unwrap();
    assert_eq!(next.await.unwrap().unwrap().text(), "next");
}

#[tokio::test]
async fn a_head_without_end_is_cut_off() {
    let server = Server::start(|path| {
        let fields = "X-Field: x\r\n".repeat(path[1..].parse().unwrap());
        format!("HTTP/1.1 200 OK\r\n{fields}Content-Length: 0\r\n\r\n")
    })
    .await;
    let client = client(policy(&server));
    let many = client.fetch(&server.url("/127")).await.unwrap();
    assert_eq!(many.status, 200);
    let too_many = refused(&client, &server.url("/128")).await;
    assert!(
        matches!(too_many, NetworkError::Exchange { .. }),
        "{too_many:?}"
    );
}

const SHORT: Duration = Duration::from_millis(30);
