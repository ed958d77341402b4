//! One HTTP request and its answer.

use std::io;
use std::sync::Arc;

use http::header::{CONTENT_TYPE, HOST};
use http::{Method, Request};
use http_body_util::Full;
use hyper::body::Bytes;
use url::Position;

use crate::endpoint::body;
use crate::endpoint::body::BodyError;
use crate::endpoint::connect::Connector;
use crate::endpoint::dial::Address;
use crate::error::{Disconnect, Violation};

/// Posts a body and returns the answer's (protocol T-22, T-23).
pub(super) async fn post(
    connector: &Connector,
    address: &Address,
    body: String,
) -> Result<String, Disconnect> {
    let request = request(address, body)?;
    let response = connector.pool.send(connector, address, request).await?;
    let status = response.status();
    if !status.is_success() {
        return Err(Disconnect::Refused {
            status: status.as_u16(),
            reason: status.canonical_reason().unwrap_or_default().into(),
        });
    }
    let limit = connector.config.limits.max_frame_bytes;
    body::text(response.into_body(), limit)
        .await
        .map_err(|error| match error {
            BodyError::TooLarge => Violation::FrameTooLarge { limit }.into(),
            error => failed(error),
        })
}

fn request(address: &Address, body: String) -> Result<Request<Full<Bytes>>, Disconnect> {
    let url = &address.url;
    let host = &url[Position::BeforeHost..Position::AfterPort];
    let path = &url[Position::BeforePath..Position::AfterQuery];
    Request::builder()
        .method(Method::POST)
        .uri(format!("{}://{host}{path}", url.scheme()))
        .header(HOST, host)
        .header(CONTENT_TYPE, "text/plain;charset=UTF-8")
        .body(Full::from(body))
        .map_err(failed)
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Disconnect {
    Disconnect::Request(Arc::new(io::Error::other(error)))
}
