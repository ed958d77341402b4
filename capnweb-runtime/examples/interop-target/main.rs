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

use capnweb_runtime::{Origins, Server};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use target::{Main, TargetStub};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(address()?).await?;
    announce(&listener)?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stop = async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    Server::new(|_peer| TargetStub::new(Main::default()))
        .origins(Origins::any())
        .cors()
        .grace_period(Duration::from_secs(1))
        .serve_with_shutdown(listener, stop)
        .await?;
    Ok(())
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
