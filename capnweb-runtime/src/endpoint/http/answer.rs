//! From a request to its answer, and to the session that may come of it.

use std::sync::Arc;

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, CONTENT_TYPE, ORIGIN, VARY,
};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Body;

use super::endpoint::Endpoint;
use super::exchange::exchange;
use super::rejection::Rejection;
use super::response::RpcBody;
use super::settings::{Cors, Settings};
use super::upgrade::{Handshake, Upgraded, upgrade};
use crate::hook::Peer;

/// The answer to a request.
pub(in crate::endpoint) struct Answer {
    pub(in crate::endpoint) response: Response<RpcBody>,
    /// The session that begins with it; whoever runs it decides how long it lasts.
    pub(in crate::endpoint) session: Option<Upgraded>,
}

/// Answers a request: a POST is a batch, an upgrade is a session of its own, anything else is
/// refused (protocol T-30).
pub(in crate::endpoint) async fn answer<B>(
    endpoint: &Arc<Endpoint>,
    request: Request<B>,
    peer: Peer,
) -> Answer
where
    B: Body + Send,
{
    let settings = &endpoint.settings;
    if !settings.hosts.admit(&request) {
        return Rejection::Misdirected.into();
    }
    if !settings.origins.admits(&request) {
        return Rejection::ForeignOrigin.into();
    }
    match *request.method() {
        Method::POST => {
            let allowed = allowed_origin(settings, &request);
            let answered = exchange(endpoint, request.into_body(), peer).await;
            with_origin(answered.map_or_else(Into::into, batch), allowed).into()
        }
        Method::OPTIONS if settings.cors == Cors::Admitted => {
            let allowed = allowed_origin(settings, &request);
            with_origin(preflight(), allowed).into()
        }
        Method::GET => match Handshake::of(&request) {
            Ok(handshake) => {
                let (response, session) = upgrade(endpoint, handshake, request, peer);
                Answer {
                    response,
                    session: Some(session),
                }
            }
            Err(refusal) => refusal.into(),
        },
        _ => Rejection::Method.into(),
    }
}

/// Answers a batch (protocol T-20).
fn batch(text: String) -> Response<RpcBody> {
    let mut response = Response::new(RpcBody::from(text));
    let text = HeaderValue::from_static("text/plain;charset=UTF-8");
    response.headers_mut().insert(CONTENT_TYPE, text);
    response
}

/// Answers a browser that asks whether a page may send what it wants to.
fn preflight() -> Response<RpcBody> {
    let mut response = Response::new(RpcBody::default());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    for (name, value) in [
        (ACCESS_CONTROL_ALLOW_METHODS, "POST"),
        (ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
        (ACCESS_CONTROL_MAX_AGE, "86400"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Returns whom a browser may show the answer to. The request's origin has been admitted.
fn allowed_origin<B>(settings: &Settings, request: &Request<B>) -> Option<HeaderValue> {
    if settings.cors == Cors::Off {
        return None;
    }
    if settings.origins.is_any() {
        return Some(HeaderValue::from_static("*"));
    }
    request.headers().get(ORIGIN).cloned()
}

fn with_origin(mut response: Response<RpcBody>, allowed: Option<HeaderValue>) -> Response<RpcBody> {
    if let Some(allowed) = allowed {
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        headers.insert(VARY, HeaderValue::from_static("Origin"));
    }
    response
}

impl From<Response<RpcBody>> for Answer {
    fn from(response: Response<RpcBody>) -> Self {
        Self {
            response,
            session: None,
        }
    }
}

impl From<Rejection> for Answer {
    fn from(refusal: Rejection) -> Self {
        Response::from(refusal).into()
    }
}
