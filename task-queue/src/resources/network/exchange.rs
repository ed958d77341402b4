//! One request and its answer, over one connection to one address.

use std::io;
use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST, LOCATION, USER_AGENT};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use url::{Position, Url};

use crate::resources::network::error::{ExchangeError, NetworkError};

/// What is sent.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) method: Method,
    pub(super) json: Bytes,
}

/// What comes back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// Where to go instead, as the server wrote it.
    pub(super) location: Option<String>,
    pub(super) body: Vec<u8>,
}

/// How an exchange ends that does not end with an answer.
#[derive(Debug)]
pub(super) enum Interrupted {
    TooLarge,
    Failed(ExchangeError),
}

impl Interrupted {
    /// Says it in terms of the request.
    pub(super) fn into_error(self, host: &str, max: usize) -> NetworkError {
        match self {
            Self::TooLarge => NetworkError::ResponseTooLarge { max },
            Self::Failed(source) => NetworkError::Exchange {
                host: host.to_owned(),
                source,
            },
        }
    }
}

impl<E: Into<ExchangeError>> From<E> for Interrupted {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Sends a message to the first of the addresses that takes it, and reads the answer.
///
/// The connection serves this exchange only: what the next one may do is looked at anew.
pub(super) async fn exchange(
    addresses: &[SocketAddr],
    url: &Url,
    message: Message,
    max_bytes: usize,
) -> Result<Answer, Interrupted> {
    let stream = connect(addresses).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let request = request(url, message)?;
    let mut conversation = Box::pin(async move {
        let response = sender.send_request(request).await?;
        read(response, max_bytes).await
    });
    tokio::select! {
        answer = &mut conversation => answer,
        // The connection is done when everything has been read from it: the rest of the answer is
        // on its way to us, or else the conversation knows what went wrong.
        _ = connection => conversation.await,
    }
}

async fn connect(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn request(url: &Url, message: Message) -> Result<Request<Full<Bytes>>, ExchangeError> {
    let target = &url[Position::BeforePath..Position::AfterQuery];
    let authority = &url[Position::BeforeHost..Position::AfterPort];
    let mut request = Request::builder()
        .uri(target)
        .header(HOST, authority)
        .header(USER_AGENT, AGENT)
        .header(ACCEPT, "*/*");
    if message.method == Method::POST {
        request = request.header(CONTENT_TYPE, "application/json");
    }
    let body = Full::new(message.json);
    Ok(request.method(message.method).body(body)?)
}

async fn read(
    response: hyper::Response<Incoming>,
    max_bytes: usize,
) -> Result<Answer, Interrupted> {
    let (head, mut body) = response.into_parts();
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else {
            continue;
        };
        if bytes.len().saturating_add(data.len()) > max_bytes {
            return Err(Interrupted::TooLarge);
        }
        bytes.extend_from_slice(&data);
    }
    let location = head.headers.get(LOCATION);
    Ok(Answer {
        status: head.status,
        location: location.and_then(|to| to.to_str().ok()).map(str::to_owned),
        body: bytes,
    })
}

const AGENT: &str = concat!("task-queue/", env!("CARGO_PKG_VERSION"));
