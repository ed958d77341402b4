//! One HTTP request and its answer.

use std::io;
use std::sync::Arc;

use http::header::{CONNECTION, CONTENT_TYPE, HOST};
use http::{Method, Request};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::task::JoinSet;
use url::Position;

use crate::endpoint::body;
use crate::endpoint::body::BodyError;
use crate::endpoint::connect::{ConnectError, Connector};
use crate::endpoint::dial::Address;
use crate::error::{Disconnect, Violation};

/// Posts a body and returns the answer's (protocol T-22, T-23).
pub(super) async fn post(
    connector: &Connector,
    address: &Address,
    body: String,
) -> Result<String, Disconnect> {
    let socket = connector.dial(address).await.map_err(unreachable)?;
    let request = request(address, body)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(socket))
        .await
        .map_err(failed)?;
    // Dropped with this future, it closes the connection.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let response = sender.send_request(request).await.map_err(failed)?;
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
    Request::builder()
        .method(Method::POST)
        .uri(&url[Position::BeforePath..Position::AfterQuery])
        .header(HOST, host)
        .header(CONNECTION, "close")
        .header(CONTENT_TYPE, "text/plain;charset=UTF-8")
        .body(Full::from(body))
        .map_err(failed)
}

fn unreachable(error: ConnectError) -> Disconnect {
    match error {
        ConnectError::Io(error) => Disconnect::Request(Arc::new(error)),
        error => failed(error),
    }
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Disconnect {
    Disconnect::Request(Arc::new(io::Error::other(error)))
}
