//! Addresses, header fields, requests, responses and blobs on their way through a session.

use super::support::{Net, Scripted, array, call, failure, is, object, string};
use super::world::World;
use crate::hook::{Value, promise};
use crate::value::{Blob, Headers, Request, Response, Url};

fn url() -> Url {
    "http://e.com/?q".parse().unwrap()
}

fn headers() -> Headers {
    Headers::from_pairs([("a", "1"), ("set-cookie", "x"), ("set-cookie", "y")]).unwrap()
}

fn request(body: Value) -> Value {
    let mut request = Request::new(http::Method::PUT, url(), body);
    request.headers = headers();
    Value::Request(Box::new(request))
}

fn response(status: u16, body: Value) -> Value {
    Value::Response(Box::new(Response::new(status, body)))
}

#[tokio::test]
async fn w32_to_w35_they_survive_the_trip() {
    let (client, server) = (World::new(), World::new());
    let mut net = Net::new();
    let (main, _back) = net.connect(&client.stub(), &server.stub());
    let value = object([
        ("url", Value::Url(url())),
        ("headers", Value::Headers(headers())),
        ("empty", request(Value::Null)),
        ("text", request(string("text"))),
        ("bytes", response(404, Value::Bytes(vec![1, 2].into()))),
    ]);
    let echoed = call(&main, "echo", [value.clone()]);
    is(net.value(&echoed).await, value);
    drop(echoed);
    net.is_clean().await;
}

#[tokio::test]
async fn b20_what_would_end_the_peers_session_fails_the_call_only() {
    let peer = Scripted::new();
    for (value, text) in [
        (
            response(0, Value::Null),
            "A response's status must be in the range of 200 to 599, inclusive.",
        ),
        (
            response(200, array([])),
            "A body must be null, a string, plain bytes or a ReadableStream.",
        ),
    ] {
        let refused = call(peer.main(), "f", [value]);
        assert_eq!(failure(peer.value(&refused).await), text);
    }
    peer.is_clean().await;
}

#[tokio::test]
async fn w7_a_body_that_cannot_be_one_leaves_nothing_behind() {
    let peer = Scripted::new();
    let (pending, resolver) = promise();
    let body = Value::Capability(crate::hook::Stub::promise(pending));
    let refused = call(peer.main(), "f", [array([request(body)])]);
    let text = "A body must be null, a string, plain bytes or a ReadableStream.";
    assert_eq!(failure(peer.value(&refused).await), text);
    resolver.settle(Ok(Value::Null));
    peer.is_clean().await;
}

#[tokio::test]
async fn b30_a_blob_in_a_failure_is_left_out_and_other_data_stays() {
    let (client, server) = (World::new(), World::new());
    let mut net = Net::new();
    let (main, _back) = net.connect(&client.stub(), &server.stub());
    let function = super::support::function(|_| {
        let blob = Blob::new("t", Value::Bytes(vec![1].into()));
        Err(crate::error::Error::new("e")
            .with_prop("blob", array([Value::Blob(Box::new(blob))]))
            .with_prop("response", response(200, string("x")))
            .with_prop("url", Value::Url(url())))
    });
    let failed = call(&main, "callFunction", [function, Value::Null]);
    let error = net.value(&failed).await.expect_err("it was thrown");
    assert_eq!(error.prop("blob"), None);
    assert_eq!(error.prop("response"), Some(&response(200, string("x"))));
    assert_eq!(error.prop("url"), Some(&Value::Url(url())));
    drop(failed);
    net.is_clean().await;
}

#[tokio::test]
async fn w32_a_bad_address_ends_the_session_with_javascripts_text() {
    let peer = Scripted::new();
    peer.says(r#"["push",[[["url","nope"]]]]"#);
    peer.hears(&[r#"["abort",["error","TypeError","Invalid URL"]]"#])
        .await;
    assert!(peer.ended().is_some());
}

#[tokio::test]
async fn l16_header_fields_count_for_what_is_kept() {
    let limits = crate::limits::Limits {
        max_retained_bytes: 10_000,
        ..crate::limits::Limits::default()
    };
    let peer = Scripted::with(limits);
    let fields: Vec<_> = (100..300).map(|n| format!("[\"{n}\",\"\"]")).collect();
    peer.says(&format!("[\"push\",[\"headers\",[{}]]]", fields.join(",")));
    let heard = peer.heard().await;
    let abort =
        r#"["abort",["error","Error","too much is kept for the peer: more than 10000 bytes"]]"#;
    assert_eq!(heard, [abort]);
}
