//! An endpoint on a route of an [`axum`] router.

use std::net::SocketAddr;

use ::axum::extract::{ConnectInfo, Request};
use ::axum::response::IntoResponse as _;
use ::axum::routing::{MethodRouter, any};
use tower_service::Service as _;

use super::http::RpcService;
use super::server::Server;
use crate::hook::Peer;
use crate::typed::Capability;

/// Serves WebSocket sessions and HTTP batches on a route, each with the main object that `main`
/// makes for it. See [`route`] for more than the defaults.
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
    route(Server::new(main))
}

/// Serves an endpoint on a route: a [`Server`], with all that its builder was told, or what its
/// [`into_service`](Server::into_service) has returned.
///
/// Sessions outlive the requests that they began with. To end them when the application shuts down,
/// make the service first and keep a clone:
///
/// ```no_run
/// # use std::net::SocketAddr;
/// # use capnweb_runtime::{Server, capability, Result};
/// # #[capability] pub trait Greeter { async fn hello(&self, name: String) -> Result<String>; }
/// # #[derive(Clone)] struct English;
/// # impl Greeter for English {
/// #     async fn hello(&self, name: String) -> Result<String> { Ok(format!("Hello, {name}!")) }
/// # }
/// # async fn example(listener: tokio::net::TcpListener) -> std::io::Result<()> {
/// let service = Server::new(|_peer| GreeterStub::new(English)).into_service();
/// let app = axum::Router::new()
///     .route("/rpc", capnweb_runtime::axum::route(service.clone()))
///     .into_make_service_with_connect_info::<SocketAddr>(); // so that peers have addresses
/// let interrupted = async { drop(tokio::signal::ctrl_c().await) };
/// axum::serve(listener, app).with_graceful_shutdown(interrupted).await?;
/// service.shut_down().await;
/// # Ok(()) }
/// ```
pub fn route<S>(endpoint: impl Into<RpcService>) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    let service = endpoint.into();
    any(move |mut request: Request| {
        let address = request.extensions().get::<ConnectInfo<SocketAddr>>();
        if let Some(ConnectInfo(address)) = address.copied() {
            let peer = Peer {
                address: Some(address),
            };
            request.extensions_mut().insert(peer);
        }
        let mut service = service.clone();
        async move {
            match service.call(request).await {
                Ok(response) => response.into_response(),
                Err(never) => match never {},
            }
        }
    })
}
