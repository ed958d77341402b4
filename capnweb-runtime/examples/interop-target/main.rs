//! A server that any Cap'n Web peer can be pointed at, to see whether the two understand each
//! other: `cargo run -p capnweb-runtime --example interop-target -- --listen 127.0.0.1:0`.
//!
//! It prints one line with its address, gives each connection a fresh main object, and stops on
//! SIGINT or SIGTERM.

mod mapping;
mod streams;
mod target;

use std::error::Error;

use capnweb_runtime::serve;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use target::{Main, TargetStub};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(address()?).await?;
    announce(&listener)?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        served = serve(listener, |_peer| TargetStub::new(Main::default())) => served?,
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
    }
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
