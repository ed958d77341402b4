//! Asking, and being answered.

use serde_json::json;

use super::server::{Server, client, ok, policy, with_fields};
use crate::resources::network::{NetworkError, Request};

#[tokio::test]
async fn a_page_is_fetched() {
    let server = Server::start(|path| ok(&format!("you asked for {path}"))).await;
    let client = client(policy(&server));
    let response = client.fetch(&server.url("/a?b=c#d")).await.unwrap();
    assert_eq!(response.status, 200);
    assert_eq!(response.text(), "you asked for /a?b=c");
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
    assert_eq!((response.status, response.text().as_str()), (404, "no"));
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

#[tokio::test]
async fn a_request_says_what_it_was_told_to_and_nothing_else() {
    let server = Server::start(|_| {
        "HTTP/1.1 201 Made\r\nX-Two: a\r\nX-Two: b\r\nETag: \"1\"\r\nContent-Length: 2\r\n\r\nok"
            .to_owned()
    })
    .await;
    let client = client(policy(&server));
    let request = Request {
        method: "put".to_owned(),
        body: "new".into(),
        ..with_fields(
            server.url("/x"),
            &[("X-Key", "secret"), ("accept", "text/plain")],
        )
    };
    let answer = client.request(request).await.unwrap();
    assert_eq!((answer.status, answer.text().as_str()), (201, "ok"));
    let values = |name: &str| -> Vec<_> {
        let fields = answer.headers.iter();
        fields
            .filter(|field| field.0 == name)
            .map(|field| field.1.clone())
            .collect()
    };
    assert_eq!(values("x-two"), ["a", "b"]);
    assert_eq!(values("etag"), ["\"1\""]);
    let asked = server.requests().pop().unwrap();
    let (head, body) = asked.split_once("\r\n\r\n").unwrap();
    let mut lines: Vec<_> = head.lines().map(str::to_lowercase).collect();
    lines[1..].sort();
    let host = format!("host: server.test:{}", server.port);
    let agent = concat!("user-agent: task-queue/", env!("CARGO_PKG_VERSION"));
    assert_eq!(
        lines,
        [
            "put /x http/1.1",
            "accept-encoding: identity",
            "accept: text/plain",
            "content-length: 3",
            &host,
            agent,
            "x-key: secret",
        ]
    );
    assert_eq!(body, "new");
}

/// The answer of a `HEAD` announces a body that does not come.
#[tokio::test]
async fn a_head_has_no_body_whatever_it_announces() {
    let server =
        Server::start(|_| "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n".to_owned()).await;
    let request = Request {
        method: "HEAD".to_owned(),
        ..Request::get(server.url("/"))
    };
    let answer = client(policy(&server)).request(request).await.unwrap();
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    assert!(server.requests()[0].starts_with("HEAD / "));
}

#[tokio::test]
async fn what_may_not_be_asked_is_not_sent() {
    let server = Server::start(|_| ok("x")).await;
    let client = client(policy(&server));
    let request = with_fields(server.url("/"), &[("Host", "evil")]);
    let refused = client.request(request).await.unwrap_err();
    assert!(matches!(refused, NetworkError::HeaderNotAllowed { .. }));
    assert!(server.requests().is_empty());
    assert_eq!(client.stats().request_count, 0);
}

/// A compressed answer is not unpacked, so it cannot grow on the way.
#[tokio::test]
async fn what_comes_compressed_stays_so() {
    let server = Server::start(|_| {
        let body = "not really gzip";
        let length = body.len();
        format!(
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {length}\r\n\r\n{body}"
        )
    })
    .await;
    let client = client(policy(&server));
    let answer = client.fetch(&server.url("/")).await.unwrap();
    assert_eq!(answer.text(), "not really gzip");
}

#[tokio::test]
async fn nothing_is_remembered_for_the_next_request() {
    let server = Server::start(|_| {
        "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n".to_owned()
    })
    .await;
    let client = client(policy(&server));
    for _ in 0..2 {
        client.fetch(&server.url("/")).await.unwrap();
    }
    let asked = server.requests().concat().to_lowercase();
    assert!(!asked.contains("cookie"), "{asked}");
}
