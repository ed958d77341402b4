//! From an HTTP request to a session.

use std::pin::Pin;
use std::sync::Arc;

use http::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use crate::config::SessionConfig;
use crate::connection::{Connection, drive};
use crate::hook::{Cap, Peer};
use crate::transport::websocket;
use crate::typed::Capability;

/// What somebody is told who did not ask for a WebSocket (protocol T-15).
const NOT_A_WEBSOCKET: &str = "This endpoint only accepts WebSocket requests.";

/// What each connection is served.
pub(super) type MainFactory = Arc<dyn Fn(&Peer) -> Cap + Send + Sync>;

/// Takes the type from what a user's function makes for each connection.
pub(super) fn main_factory<C: Capability>(
    main: impl Fn(&Peer) -> C + Send + Sync + 'static,
) -> MainFactory {
    Arc::new(move |peer| main(peer).into_stub().into_cap())
}

/// A session that begins once the answer to its handshake is on its way; it is whoever runs it that
/// decides how long it lasts.
pub(super) type Upgraded = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Answers a request: a WebSocket's becomes a session of its own, anything else is refused.
pub(super) fn respond<B, R: From<&'static str> + Default>(
    mut request: Request<B>,
    peer: Peer,
    main: &MainFactory,
    config: &SessionConfig,
) -> (Response<R>, Option<Upgraded>) {
    let Some(accept) = accept_key(&request) else {
        return (refusal(StatusCode::BAD_REQUEST, NOT_A_WEBSOCKET), None);
    };
    let upgrade = hyper::upgrade::on(&mut request);
    let main = main(&peer);
    let session = run(upgrade, main, peer, config.clone());
    (acceptance(accept), Some(Box::pin(session)))
}

fn acceptance<R: Default>(key: HeaderValue) -> Response<R> {
    let mut response = Response::new(R::default());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, key);
    response
}

async fn run(upgrade: OnUpgrade, main: Cap, peer: Peer, config: SessionConfig) {
    // A client that went away before the switch leaves nothing behind.
    let Ok(upgraded) = upgrade.await else { return };
    let settings = Some(websocket::config(&config.limits));
    let socket = TokioIo::new(upgraded);
    let socket = WebSocketStream::from_raw_socket(socket, Role::Server, settings).await;
    let (source, sink) = websocket::split(socket, &config.limits);
    let (connection, client_main) = Connection::new(main, peer, &config);
    drive(connection, source, sink).await;
    // Held until here: letting go of the client's main object would end the session (S-85).
    drop(client_main);
}

/// Returns the answer to the handshake's key, if the request is a handshake.
fn accept_key<B>(request: &Request<B>) -> Option<HeaderValue> {
    let headers = request.headers();
    let is_handshake = request.method() == Method::GET
        && has_token(headers, &CONNECTION, "upgrade")
        && has_token(headers, &UPGRADE, "websocket")
        && has_token(headers, &SEC_WEBSOCKET_VERSION, "13");
    let key = headers.get(SEC_WEBSOCKET_KEY).filter(|_| is_handshake)?;
    HeaderValue::from_str(&derive_accept_key(key.as_bytes())).ok()
}

fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|value| value.trim().eq_ignore_ascii_case(token))
}

/// Answers a request with words.
pub(super) fn refusal<R: From<&'static str>>(
    status: StatusCode,
    text: &'static str,
) -> Response<R> {
    let mut response = Response::new(R::from(text));
    *response.status_mut() = status;
    response
}
