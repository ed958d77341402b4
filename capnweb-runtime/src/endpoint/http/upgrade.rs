//! From an HTTP request to a WebSocket session.

use std::pin::Pin;
use std::sync::Arc;

use http::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::endpoint::Endpoint;
use super::rejection::Rejection;
use super::response::RpcBody;
use crate::connection::{Connection, Heartbeat, drive};
use crate::hook::{Cap, Peer, SessionControl as _};
use crate::transport::{Heard, WebSocket};

/// A session that begins once the answer to its handshake is on its way; it is whoever runs it that
/// decides how long it lasts.
pub(in crate::endpoint) type Upgraded = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A request to speak WebSocket.
pub(super) struct Handshake {
    /// The answer to its key.
    accept: HeaderValue,
}

impl Handshake {
    /// Reads what a GET asks for. `permessage-deflate`, and whatever else may be offered, is not taken
    /// up: compressed frames would let a peer spend memory that no limit sees.
    pub(super) fn of<B>(request: &Request<B>) -> Result<Self, Rejection> {
        let headers = request.headers();
        let is_handshake =
            has_token(headers, &CONNECTION, "upgrade") && has_token(headers, &UPGRADE, "websocket");
        if !is_handshake {
            return Err(Rejection::Neither);
        }
        if !has_token(headers, &SEC_WEBSOCKET_VERSION, "13") {
            return Err(Rejection::Version);
        }
        let key = sole(headers, &SEC_WEBSOCKET_KEY).filter(|key| is_nonce(key.as_bytes()));
        let key = key.ok_or(Rejection::Key)?;
        let accept = HeaderValue::from_str(&derive_accept_key(key.as_bytes()));
        Ok(Self {
            accept: accept.map_err(|_| Rejection::Key)?,
        })
    }
}

/// Returns a header that there is once.
fn sole<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

/// Returns whether this is 16 bytes in base64 (RFC 6455, 4.2.1).
fn is_nonce(key: &[u8]) -> bool {
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let digits = key.strip_suffix(b"==");
    digits.is_some_and(|digits| digits.len() == 22 && digits.iter().all(is_digit))
}

/// Agrees to speak WebSocket.
pub(super) fn upgrade<B>(
    endpoint: &Arc<Endpoint>,
    handshake: Handshake,
    mut request: Request<B>,
    peer: Peer,
) -> (Response<RpcBody>, Upgraded) {
    let socket = hyper::upgrade::on(&mut request);
    let main = (endpoint.settings.main)(&peer);
    let session = run(Arc::clone(endpoint), socket, main, peer);
    (acceptance(handshake.accept), Box::pin(session))
}

fn acceptance(accept: HeaderValue) -> Response<RpcBody> {
    let mut response = Response::new(RpcBody::default());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    response
}

async fn run(endpoint: Arc<Endpoint>, upgrade: OnUpgrade, main: Cap, peer: Peer) {
    // A client that went away before the switch leaves nothing behind.
    let Ok(upgraded) = upgrade.await else { return };
    let config = &endpoint.settings.config;
    let (socket, heard) = Heard::new(TokioIo::new(upgraded));
    let socket = WebSocket::server(socket, &config.limits).await;
    let (connection, client_main) = Connection::new(main, peer, config);
    let heartbeat = Heartbeat::new(config.keep_alive, heard);
    let mut driving = std::pin::pin!(drive(Arc::clone(&connection), socket, heartbeat));
    tokio::select! {
        () = &mut driving => {}
        () = wind_up(&endpoint, &connection) => driving.await,
    }
    // Held until here: letting go of the client's main object would end the session (S-85).
    drop(client_main);
}

/// Waits until the endpoint is about to close, then ends the session once it has answered what it
/// was asked, or has had its time.
async fn wind_up(endpoint: &Endpoint, connection: &Connection) {
    endpoint.closing().await;
    drop(tokio::time::timeout(endpoint.settings.grace, connection.drain()).await);
    connection.close(SHUTTING_DOWN);
}

fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|value| value.trim().eq_ignore_ascii_case(token))
}

/// What the peers of an endpoint are told that closes.
const SHUTTING_DOWN: &str = "The server is shutting down.";
