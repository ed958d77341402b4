//! The three paths of the target.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::response::IntoResponse as _;
use axum::routing::any;
use capnweb_runtime::{Capability, Limits, Peer, Server};
use tokio::net::TcpListener;
use tower_service::Service as _;

use super::gullible::GullibleStub;
use super::owner::{Landlord, OwnerStub};
use super::visitor::{Guest, VisitorStub};
use super::world::{Shelf, World, lock};
use crate::litmus::data::Mechanism;

/// The world that was begun last, and what lies about in it.
type Current = Arc<Mutex<(Arc<World>, Arc<Shelf>)>>;

/// Serves a target for as long as the runtime lives; returns its `ws://` URL.
pub(crate) async fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it has an address");
    let current: Current = Arc::new(Mutex::new(begin(None)));
    let app = Router::new()
        .route("/owner", on_path(&current, owner))
        .route("/alice", on_path(&current, visitor))
        .route("/mallory", on_path(&current, visitor));
    drop(tokio::spawn(axum::serve(listener, app).into_future()));
    format!("ws://{address}/")
}

fn begin(without: Option<Mechanism>) -> (Arc<World>, Arc<Shelf>) {
    (World::new(without), Arc::default())
}

fn on_path(
    current: &Current,
    endpoint: fn(&Current, &Request) -> Server,
) -> axum::routing::MethodRouter {
    let current = Arc::clone(current);
    any(move |request: Request| {
        let mut service = endpoint(&current, &request).into_service();
        async move {
            match service.call(request).await {
                Ok(response) => response.into_response(),
                Err(never) => match never {},
            }
        }
    })
}

fn owner(current: &Current, request: &Request) -> Server {
    let without = request
        .uri()
        .query()
        .and_then(|query| query.strip_prefix("without="));
    let without = without.map(|name| serde_json::from_value(name.into()).expect("a mechanism"));
    let (world, shelf) = begin(without);
    *lock(current) = (Arc::clone(&world), Arc::clone(&shelf));
    serving(OwnerStub::new(Landlord { world, shelf }), Limits::default())
}

fn visitor(current: &Current, _: &Request) -> Server {
    let (world, shelf) = lock(current).clone();
    let mut limits = Limits::default();
    if world.has(Mechanism::Limits) {
        limits.max_exports = 1000;
        limits.max_imports = 1000;
        limits.max_calls_in_flight = 100;
        limits.max_streams = 200;
        limits.max_retained_bytes = 1_000_000;
        limits.max_unread_bytes = 1_000_000;
        limits.max_map_steps = 10_000;
    }
    let guest = Guest::new(&world, &shelf);
    if world.has(Mechanism::Types) {
        serving(VisitorStub::new(guest), limits)
    } else {
        serving(GullibleStub::new(guest), limits)
    }
}

/// Serves one connection.
fn serving(main: impl Capability, limits: Limits) -> Server {
    Server::new(move |_: &Peer| main.clone()).config(limits)
}
