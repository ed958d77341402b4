//! The client against real servers on this machine, under names that a test resolver knows.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{AllowEntry, NetworkClient, NetworkError, NetworkPolicy, Reach, Resolve};
use crate::clock::ManualClock;
use crate::future::BoxFuture;
use crate::model::Timestamp;

/// A server that answers each request by its path, and remembers what it was asked.
struct Server {
    port: u16,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let answer = Arc::new(answer);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                tokio::spawn(async move {
                    serve(stream, &log, &*answer).await.unwrap_or_default();
                });
            }
        });
        Self { port, seen }
    }

    fn url(&self, path: &str) -> String {
        format!("http://server.test:{}{path}", self.port)
    }

    fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

async fn serve(
    mut stream: TcpStream,
    log: &Mutex<Vec<String>>,
    answer: &(impl Fn(&str) -> String + ?Sized),
) -> io::Result<()> {
    let mut request = String::new();
    let mut buffer = [0; 4_096];
    loop {
        let read = stream.read(&mut buffer).await?;
        request.push_str(&String::from_utf8_lossy(&buffer[..read]));
        if read == 0 || is_whole(&request) {
            break;
        }
    }
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    log.lock().unwrap().push(request);
    stream.write_all(answer(&path).as_bytes()).await
}

fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else {
        return false;
    };
    let head = head.to_lowercase();
    let length = head.split("content-length: ").nth(1);
    let length = length.and_then(|rest| rest.lines().next()?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

fn ok(body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}")
}

fn redirect(status: u16, to: &str) -> String {
    format!("HTTP/1.1 {status} Elsewhere\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n")
}

/// Every name leads to this machine, except where an address is written out.
#[derive(Debug)]
struct AllRoadsLeadHere;

impl Resolve for AllRoadsLeadHere {
    fn resolve<'a>(
        &'a self,
        host: &'a str,
        port: u16,
    ) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        let ip = host.parse().unwrap_or([127, 0, 0, 1].into());
        Box::pin(async move { Ok(vec![SocketAddr::new(ip, port)]) })
    }
}

fn policy(server: &Server) -> NetworkPolicy {
    let entry = AllowEntry::new(&format!("server.test:{}", server.port), Reach::Private);
    NetworkPolicy::new(vec![entry.unwrap()])
}

fn client(policy: NetworkPolicy) -> NetworkClient {
    let clock = Arc::new(ManualClock::new(Timestamp::from_millis(0)));
    NetworkClient::with_resolver(policy, clock, AllRoadsLeadHere)
}

#[tokio::test]
async fn a_page_is_fetched() {
    let server = Server::start(|path| ok(&format!("you asked for {path}"))).await;
    let client = client(policy(&server));
    let response = client.fetch(&server.url("/a?b=c#d")).await.unwrap();
    assert_eq!(response.status, 200);
    assert_eq!(response.body, "you asked for /a?b=c");
    let request = server.requests().pop().unwrap().to_lowercase();
    assert!(
        request.contains(&format!("host: server.test:{}", server.port)),
        "{request}"
    );
    assert_eq!(client.stats().request_count, 1);
    assert_eq!(client.stats().rate_limit, 60);
}

#[tokio::test]
async fn data_is_posted_as_json() {
    let server = Server::start(|_| ok("thanks")).await;
    let client = client(policy(&server));
    client
        .post(&server.url("/in"), &json!({"n": [1, 2]}))
        .await
        .unwrap();
    let request = server.requests().pop().unwrap();
    assert!(request.starts_with("POST /in HTTP/1.1\r\n"), "{request}");
    assert!(request.ends_with("\r\n\r\n{\"n\":[1,2]}"), "{request}");
    assert!(
        request
            .to_lowercase()
            .contains("content-type: application/json")
    );
}

#[tokio::test]
async fn an_answer_of_an_error_is_an_answer() {
    let server =
        Server::start(|_| "HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno".to_owned()).await;
    let response = client(policy(&server))
        .fetch(&server.url("/"))
        .await
        .unwrap();
    assert_eq!((response.status, response.body.as_str()), (404, "no"));
}

#[tokio::test]
async fn a_host_that_is_not_on_the_list_is_not_asked() {
    let server = Server::start(|_| ok("secret")).await;
    let client = client(policy(&server));
    let url = format!("http://evil.test:{}/?x=server.test", server.port);
    let refused = client.fetch(&url).await.unwrap_err();
    assert!(matches!(refused, NetworkError::HostNotAllowed { .. }));
    assert!(server.requests().is_empty());
    assert_eq!(client.stats().request_count, 0);
}

#[tokio::test]
async fn a_public_name_that_leads_inside_is_not_followed() {
    let server = Server::start(|_| ok("secret")).await;
    let entry = AllowEntry::new(&format!("server.test:{}", server.port), Reach::Public);
    let client = client(NetworkPolicy::new(vec![entry.unwrap()]));
    let refused = client.fetch(&server.url("/")).await.unwrap_err();
    assert!(
        matches!(refused, NetworkError::PrivateAddress { .. }),
        "{refused:?}"
    );
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn redirects_are_followed_to_their_end() {
    let server = Server::start(|path| match path {
        "/1" => redirect(302, "/2"),
        "/2" => redirect(301, "?three"),
        _ => ok("here"),
    })
    .await;
    let client = client(policy(&server));
    let response = client.fetch(&server.url("/1")).await.unwrap();
    assert_eq!(response.url, server.url("/2?three"));
    assert_eq!(response.body, "here");
    assert_eq!(client.stats().request_count, 3);
}

#[tokio::test]
async fn every_hop_of_a_redirect_is_checked() {
    let inside = Server::start(|_| ok("secret")).await;
    let port = inside.port;
    let server = Server::start(move |path| match path {
        "/host" => redirect(302, &format!("http://evil.test:{port}/")),
        "/address" => redirect(302, &format!("http://public.test:{port}/")),
        _ => redirect(302, "file:///etc/passwd"),
    })
    .await;
    let mut policy = policy(&server);
    let public = AllowEntry::new(&format!("public.test:{port}"), Reach::Public);
    policy.allowed.push(public.unwrap());
    let client = client(policy);
    let host = client.fetch(&server.url("/host")).await.unwrap_err();
    assert!(
        matches!(host, NetworkError::HostNotAllowed { .. }),
        "{host:?}"
    );
    let address = client.fetch(&server.url("/address")).await.unwrap_err();
    assert!(
        matches!(address, NetworkError::PrivateAddress { .. }),
        "{address:?}"
    );
    let scheme = client.fetch(&server.url("/scheme")).await.unwrap_err();
    assert!(matches!(scheme, NetworkError::Scheme { .. }), "{scheme:?}");
    assert!(inside.requests().is_empty());
}

#[tokio::test]
async fn redirects_without_end_are_given_up() {
    let server = Server::start(|_| redirect(307, "/again")).await;
    let refused = client(policy(&server))
        .fetch(&server.url("/"))
        .await
        .unwrap_err();
    assert!(matches!(refused, NetworkError::TooManyRedirects { max: 5 }));
    assert_eq!(server.requests().len(), 6);
}

#[tokio::test]
async fn a_post_is_repeated_only_where_the_redirect_says_so() {
    let server = Server::start(|path| match path {
        "/keep" => redirect(307, "/end"),
        "/turn" => redirect(303, "/end"),
        _ => ok("done"),
    })
    .await;
    let client = client(policy(&server));
    client.post(&server.url("/keep"), &json!(1)).await.unwrap();
    client.post(&server.url("/turn"), &json!(1)).await.unwrap();
    let requests = server.requests();
    let lines: Vec<_> = requests
        .iter()
        .filter_map(|request| request.lines().next())
        .collect();
    assert_eq!(
        lines,
        [
            "POST /keep HTTP/1.1",
            "POST /end HTTP/1.1",
            "POST /turn HTTP/1.1",
            "GET /end HTTP/1.1"
        ]
    );
}

#[tokio::test]
async fn of_many_at_once_as_many_get_through_as_the_limit_says() {
    let server = Server::start(|_| ok("x")).await;
    let clock = Arc::new(ManualClock::new(Timestamp::from_millis(0)));
    let policy = NetworkPolicy {
        requests_per_minute: 3,
        ..policy(&server)
    };
    let client = NetworkClient::with_resolver(policy, Arc::clone(&clock) as _, AllRoadsLeadHere);
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

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let entry = AllowEntry::new(&format!("server.test:{port}"), Reach::Private);
    let client = client(NetworkPolicy {
        time_limit: Duration::from_millis(20),
        ..NetworkPolicy::new(vec![entry.unwrap()])
    });
    let refused = client
        .fetch(&format!("http://server.test:{port}/"))
        .await
        .unwrap_err();
    assert!(matches!(refused, NetworkError::TimedOut { .. }));
}

#[tokio::test]
async fn a_server_that_talks_nonsense_is_an_error() {
    let server = Server::start(|path| match path {
        "/short" => "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort".to_owned(),
        "/nowhere" => "HTTP/1.1 302 Lost\r\nContent-Length: 0\r\n\r\n".to_owned(),
        _ => "hello there\r\n\r\n".to_owned(),
    })
    .await;
    let client = client(policy(&server));
    for path in ["/", "/short"] {
        let refused = client.fetch(&server.url(path)).await.unwrap_err();
        assert!(
            matches!(refused, NetworkError::Exchange { .. }),
            "{refused:?}"
        );
    }
    let lost = client.fetch(&server.url("/nowhere")).await.unwrap_err();
    assert!(matches!(lost, NetworkError::BadRedirect));
    assert!(matches!(
        client.fetch("nonsense").await,
        Err(NetworkError::Url(_))
    ));
}
