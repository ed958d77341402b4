//! Requests, responses and blobs between two of ours, and fields of types that are not of ours.

use std::time::{Duration, SystemTime};

use capnweb_runtime::{
    Blob, Body, Bytes, Error, ErrorClass, ReadableStream, Request, Response, Result, capability,
};
use futures_util::stream;
use serde::{Deserialize, Serialize};

use super::support::over_both;

#[capability]
trait Proxy {
    async fn fetch(&self, request: Request<Body>) -> Result<Response<Body>>;
    async fn stamp(&self, upload: Upload) -> Result<Upload>;
    async fn swap(&self, blobs: (Blob, Blob)) -> Result<(Blob, Blob)>;
    async fn fail(&self) -> Result<()>;
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Upload {
    #[serde(with = "capnweb_runtime::native")]
    source: http::HeaderMap,
    #[serde(with = "capnweb_runtime::native")]
    parts: Vec<Vec<u8>>,
    #[serde(with = "capnweb_runtime::native", default)]
    at: Option<SystemTime>,
}

struct Mirror;

impl Proxy for Mirror {
    /// Sends the body back while it comes.
    async fn fetch(&self, request: Request<Body>) -> Result<Response<Body>> {
        let mut response = Response::new(203, request.body);
        response.headers = request.headers;
        response.headers.insert("via", request.method.as_str())?;
        Ok(response)
    }

    async fn stamp(&self, upload: Upload) -> Result<Upload> {
        Ok(Upload {
            at: Some(SystemTime::UNIX_EPOCH + Duration::from_millis(7)),
            ..upload
        })
    }

    async fn swap(&self, (one, other): (Blob, Blob)) -> Result<(Blob, Blob)> {
        Ok((other, one))
    }

    async fn fail(&self) -> Result<()> {
        let errors = [Error::range_error("one"), Error::new("two")];
        Err(Error::aggregate("both", errors))
    }
}

fn mirror() -> ProxyStub {
    ProxyStub::new(Mirror)
}

fn post(body: Body) -> Request<Body> {
    let url = "https://example.com/".parse().unwrap();
    let mut request = Request::new(http::Method::POST, url, body);
    request.headers.append("x", "1").unwrap();
    request
}

#[tokio::test]
async fn bodies_of_every_kind_and_length_go_there_and_back() {
    over_both(mirror, async |link| {
        let proxy = &link.main;
        for length in [0, 10, 1_000_000] {
            let data = vec![7_u8; length];
            let chunks: Vec<_> = data
                .chunks(10_000)
                .map(|c| Bytes::from(c.to_vec()))
                .collect();
            let streamed = ReadableStream::new(stream::iter(chunks));
            for body in [data.clone().into(), Body::from(streamed)] {
                let response = proxy.fetch(post(body)).await.unwrap();
                assert_eq!(
                    (response.status, response.headers.get("via")),
                    (203, Some("POST"))
                );
                assert_eq!(response.headers.get("x"), Some("1"));
                assert_eq!(&response.body.collect(length).await.unwrap()[..], data);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_request_that_is_none_fails_its_call_only() {
    over_both(mirror, async |link| {
        let proxy = &link.main;
        let mut request = post("x".into());
        request.method = http::Method::GET;
        let refused = proxy.fetch(request).await;
        assert!(matches!(refused, Err(Error::Unsendable(_))), "{refused:?}");
        assert_eq!(proxy.fetch(post("x".into())).await.unwrap().status, 203);
    })
    .await;
}

#[tokio::test]
async fn blobs_arrive_whole_and_in_their_places() {
    over_both(mirror, async |link| {
        let proxy = &link.main;
        let short = Blob::new("text/plain", Bytes::from(b"short".to_vec()));
        let long = Blob::new("", Bytes::from(vec![1; 500_000]));
        let swapped = proxy.swap((short.clone(), long.clone())).await.unwrap();
        assert_eq!(swapped, (long, short));
    })
    .await;
}

#[tokio::test]
async fn native_fields_arrive_as_they_were() {
    over_both(mirror, async |link| {
        let proxy = &link.main;
        let mut source = http::HeaderMap::new();
        source.append("a", "1".parse().unwrap());
        let upload = Upload {
            source,
            parts: vec![vec![1, 2], vec![]],
            at: None,
        };
        let stamped = proxy.stamp(&upload).await.unwrap();
        assert_eq!(
            stamped.at,
            Some(SystemTime::UNIX_EPOCH + Duration::from_millis(7))
        );
        assert_eq!(
            (stamped.source, stamped.parts),
            (upload.source, upload.parts)
        );
    })
    .await;
}

#[tokio::test]
async fn an_error_for_several_comes_back_with_each() {
    over_both(mirror, async |link| {
        let proxy = &link.main;
        let error = proxy.fail().await.unwrap_err();
        assert_eq!(error.class(), ErrorClass::AggregateError);
        let errors = error.errors();
        let classes: Vec<_> = errors.iter().map(Error::class).collect();
        assert_eq!(classes, [ErrorClass::RangeError, ErrorClass::Error]);
    })
    .await;
}
