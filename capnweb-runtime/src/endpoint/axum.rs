//! Sessions on a route of an [`axum`](::axum) router.

use std::net::SocketAddr;

use ::axum::body::Body;
use ::axum::extract::{ConnectInfo, Request};
use ::axum::response::Response;
use ::axum::routing::{MethodRouter, any};

use super::upgrade::{main_factory, respond};
use crate::config::SessionConfig;
use crate::hook::Peer;
use crate::limits::Limits;
use crate::typed::Capability;

/// Serves WebSocket sessions on a route, each with the main object that `main` makes for it.
///
/// The peer's address is known if the router is served with
/// `into_make_service_with_connect_info::<SocketAddr>()`.
///
/// ```no_run
/// # use capnweb_runtime::{capability, Result};
/// # #[capability] pub trait Greeter { async fn hello(&self, name: String) -> Result<String>; }
/// # #[derive(Clone)] struct English;
/// # impl Greeter for English {
/// #     async fn hello(&self, name: String) -> Result<String> { Ok(format!("Hello, {name}!")) }
/// # }
/// let app: axum::Router = axum::Router::new()
///     .route("/rpc", capnweb_runtime::axum::rpc(|_peer| GreeterStub::new(English)));
/// ```
pub fn rpc<C, S>(main: impl Fn(&Peer) -> C + Send + Sync + 'static) -> MethodRouter<S>
where
    C: Capability,
    S: Clone + Send + Sync + 'static,
{
    rpc_with_limits(main, Limits::default())
}

/// Like [`rpc`], with limits of one's own.
pub fn rpc_with_limits<C, S>(
    main: impl Fn(&Peer) -> C + Send + Sync + 'static,
    limits: Limits,
) -> MethodRouter<S>
where
    C: Capability,
    S: Clone + Send + Sync + 'static,
{
    let main = main_factory(main);
    let config = SessionConfig::from(limits);
    any(move |request: Request| {
        let address = request
            .extensions()
            .get::<ConnectInfo<SocketAddr>>()
            .map(|info| info.0);
        let (response, session) = respond(request, Peer { address }, &main, &config);
        if let Some(session) = session {
            drop(tokio::spawn(session));
        }
        std::future::ready::<Response<Body>>(response)
    })
}
