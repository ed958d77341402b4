//! What the interop tests share: Node.js, scenarios by name, and servers of this side's.

use std::future::Future;
use std::time::Duration;

use capnweb_runtime::{Capability, Peer, serve};
use tests::{Node, Scenario};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

/// Returns Node.js, unless its tests are to be left out.
pub(crate) fn node() -> Option<Node> {
    Node::for_test()
}

/// Runs a scenario against the target at `url`.
pub(crate) fn prove(node: &Node, name: &str, url: &str) {
    let scenario = Scenario::named(name).expect("the name of a scenario");
    if let Err(error) = scenario.run(node, url) {
        panic!("{error}");
    }
}

/// Starts a runtime whose tasks run while the test's own thread is blocked.
pub(crate) fn runtime() -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(1).enable_all();
    builder.build().expect("a runtime starts")
}

/// Serves on a port of its own, for as long as the runtime lives; returns the URL.
pub(crate) async fn serving<C: Capability>(
    main: impl Fn(&Peer) -> C + Send + Sync + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener
        .local_addr()
        .expect("a bound listener has an address");
    drop(tokio::spawn(serve(listener, main)));
    format!("ws://{address}/")
}

/// Waits for a test that may hang if what it tests is broken.
pub(crate) async fn in_time<T>(test: impl Future<Output = T>) -> T {
    let ended = tokio::time::timeout(LIMIT, test).await;
    ended.unwrap_or_else(|_| panic!("no end after {LIMIT:?}"))
}

const LIMIT: Duration = Duration::from_mins(1);
