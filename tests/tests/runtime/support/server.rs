//! Servers on ports of their own.

use std::time::Duration;

use capnweb_runtime::{Capability, Limits, Peer, Server};
use tokio::net::TcpListener;

/// Serves until the test's runtime ends; returns the URL.
pub(crate) async fn serving<C: Capability>(
    main: impl Fn(&Peer) -> C + Send + Sync + 'static,
) -> String {
    serving_with(Limits::default(), main).await
}

/// Like [`serving`], with limits.
pub(crate) async fn serving_with<C: Capability>(
    limits: Limits,
    main: impl Fn(&Peer) -> C + Send + Sync + 'static,
) -> String {
    serving_by(Server::new(main).config(limits)).await
}

/// Serves what was prepared until the test's runtime ends; returns the URL.
pub(crate) async fn serving_by(server: Server) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it has an address");
    drop(tokio::spawn(server.serve(listener)));
    format!("ws://{address}/")
}

/// Returns the host and the port in a URL.
pub(crate) fn address_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

/// Waits for what must not take long, and would hang if what is tested were broken.
pub(crate) async fn in_time<T>(what: impl Future<Output = T>) -> T {
    let ended = tokio::time::timeout(LIMIT, what).await;
    ended.unwrap_or_else(|_| panic!("no end after {LIMIT:?}"))
}

const LIMIT: Duration = Duration::from_mins(5);
