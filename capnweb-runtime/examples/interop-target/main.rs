//! A server that any Cap'n Web peer can be pointed at, to see whether the two understand each
//! other: `cargo run -p capnweb-runtime --example interop-target -- --listen 127.0.0.1:0`.
//!
//! It prints one line with its address, serves WebSocket and HTTP batch on every path, also to
//! pages from anywhere, gives each connection and each batch a fresh main object, and stops on
//! SIGINT or SIGTERM.

mod mapping;
mod streams;
mod target;

use std::error::Error;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use capnweb_runtime::{Origins, Server};
use http::header::{ALLOW, UPGRADE};
use http::{Method, StatusCode};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use target::{Main, TargetStub};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(address()?).await?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    announce(&listener)?;
    let endpoint = Server::new(|_peer| TargetStub::new(Main::default()))
        .origins(Origins::any())
        .cors()
        .grace_period(Duration::from_secs(1))
        .into_service();
    let program = Router::new()
        .fallback_service(endpoint.clone())
        .layer(middleware::from_fn(only_what_is_served));
    tokio::select! {
        served = axum::serve(listener, program) => served?,
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    endpoint.shut_down().await;
    Ok(())
}

/// Answers 405 to whatever is neither a batch nor a WebSocket: also to a plain GET, to which the
/// endpoint itself would say 400, and to a preflight.
async fn only_what_is_served(request: Request, next: Next) -> Response {
    let is_served = match *request.method() {
        Method::POST => true,
        Method::GET => request.headers().contains_key(UPGRADE),
        _ => false,
    };
    if is_served {
        return next.run(request).await;
    }
    let text = "This endpoint only accepts POST or WebSocket requests.";
    (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "POST")], text).into_response()
}

fn address() -> Result<String, &'static str> {
    let mut args = std::env::args().skip(1);
    match (args.next().as_deref(), args.next()) {
        (None, _) => Ok("127.0.0.1:0".to_owned()),
        (Some("--listen"), Some(address)) => Ok(address),
        _ => Err("usage: interop-target [--listen ADDRESS:PORT]"),
    }
}

#[allow(clippy::print_stdout, reason = "the one line this program prints")]
fn announce(listener: &TcpListener) -> std::io::Result<()> {
    println!("listening on ws://{}/", listener.local_addr()?);
    Ok(())
}
