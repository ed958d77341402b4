//! Answers that lead elsewhere.

use serde_json::json;

use super::server::{Server, client, entry, ok, policy, redirect, with_fields};
use crate::resources::network::{NetworkError, Reach, Request};

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
    assert_eq!(response.text(), "here");
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
    let public = entry("public.test", port, Reach::Public);
    policy.allowed.push(public);
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
async fn what_was_meant_for_one_server_does_not_go_on_to_another() {
    let other = Server::start(|_| ok("hello")).await;
    let port = other.port;
    let server = Server::start(move |path| match path {
        "/same" => redirect(307, "/end"),
        "/end" => ok("hello"),
        _ => redirect(307, &format!("http://other.test:{port}/")),
    })
    .await;
    let mut policy = policy(&server);
    policy
        .allowed
        .push(entry("other.test", port, Reach::Private));
    let client = client(policy);
    let fields = [
        ("Authorization", "Bearer secret"),
        ("Cookie", "secret"),
        ("X-Api-Key", "secret"),
        ("Content-Type", "text/x-mine"),
    ];
    for path in ["/same", "/elsewhere"] {
        let request = Request {
            method: "POST".to_owned(),
            body: "data".into(),
            ..with_fields(server.url(path), &fields)
        };
        client.request(request).await.unwrap();
    }
    let same = server.requests()[1].to_lowercase();
    assert_eq!(same.matches("secret").count(), 3, "{same}");
    let elsewhere = other.requests().pop().unwrap().to_lowercase();
    assert!(!elsewhere.contains("secret"), "{elsewhere}");
    assert!(
        elsewhere.contains("content-type: text/x-mine"),
        "{elsewhere}"
    );
    assert!(
        elsewhere.contains(&format!("host: other.test:{port}")),
        "{elsewhere}"
    );
    assert!(!elsewhere.contains("referer"), "{elsewhere}");
    assert!(elsewhere.ends_with("data"), "{elsewhere}");
}

#[tokio::test]
async fn a_redirect_with_a_password_is_not_followed() {
    let server = Server::start(|_| redirect(302, "http://user:pass@server.test/")).await;
    let client = client(policy(&server));
    let refused = client.fetch(&server.url("/")).await.unwrap_err();
    assert!(matches!(refused, NetworkError::Credentials), "{refused:?}");
}

#[tokio::test]
async fn methods_outlive_redirects_as_in_browsers() {
    let server = Server::start(|path| match path {
        "/end" => ok(""),
        status => redirect(status[1..].parse().unwrap(), "/end"),
    })
    .await;
    let client = client(policy(&server));
    for (method, status, then) in [
        ("PUT", 301, "PUT"),
        ("POST", 302, "GET"),
        ("DELETE", 303, "GET"),
        ("HEAD", 303, "HEAD"),
        ("PATCH", 308, "PATCH"),
    ] {
        let request = Request {
            method: method.to_owned(),
            ..Request::get(server.url(&format!("/{status}")))
        };
        client.request(request).await.unwrap();
        let last = server.requests().pop().unwrap();
        assert!(
            last.starts_with(&format!("{then} /end ")),
            "{method} {status}: {last}"
        );
    }
}
