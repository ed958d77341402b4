//! The server, with room for what is measured.

use capnweb_runtime::{Limits, Server};
use tests::work::{ApiStub, Worker};

pub(crate) async fn serve() {
    let listener = load::listening().await;
    let server = Server::new(|_peer| ApiStub::new(Worker))
        .config(limits())
        .max_connections(ROOM);
    server
        .serve(listener)
        .await
        .expect("the listener does not fail");
}

/// Limits that nothing here runs into; looking at them costs the same.
pub(crate) fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_exports = ROOM;
    limits.max_imports = ROOM;
    limits.max_retained_bytes = usize::MAX;
    limits
}

const ROOM: usize = 4_000_000;
