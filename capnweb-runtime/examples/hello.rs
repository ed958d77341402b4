//! A capability, served and called over a WebSocket.
//!
//! ```sh
//! cargo run -p capnweb-runtime --example hello
//! ```
//!
//! starts a server, connects to it and prints
//!
//! ```text
//! Hello, World!
//! Hallo, Welt!
//! 2 greetings
//! ```
//!
//! Or in two terminals, `-- serve` in the one and `-- call` in the other.

#![allow(clippy::print_stdout, reason = "it shows what it does")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use capnweb_runtime::{Error, Result, capability, connect, serve};
use tokio::net::TcpListener;

/// What a connection begins with.
#[capability]
pub trait Greeter {
    /// Greets somebody.
    async fn hello(&self, name: String) -> Result<String>;

    /// A greeter for another language: an object, so the caller gets a reference to it.
    async fn speaking(&self, language: String) -> Result<GreeterStub>;

    /// How many were greeted so far; read, and not called.
    #[property]
    fn greetings(&self) -> u32;
}

struct Host {
    word: &'static str,
    greetings: Arc<AtomicU32>,
}

impl Greeter for Host {
    async fn hello(&self, name: String) -> Result<String> {
        self.greetings.fetch_add(1, Ordering::Relaxed);
        Ok(format!("{}, {name}!", self.word))
    }

    async fn speaking(&self, language: String) -> Result<GreeterStub> {
        let word = match language.as_str() {
            "de" => "Hallo",
            "en" => "Hello",
            _ => return Err(Error::range_error(format!("no greeter speaks {language}"))),
        };
        let greetings = Arc::clone(&self.greetings);
        Ok(GreeterStub::new(Self { word, greetings }))
    }

    fn greetings(&self) -> u32 {
        self.greetings.load(Ordering::Relaxed)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    match std::env::args().nth(1).as_deref() {
        None => {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let url = format!("ws://{}/", listener.local_addr()?);
            drop(tokio::spawn(greet(listener)));
            call(&url).await?;
        }
        Some("serve") => {
            let listener = TcpListener::bind(ADDRESS).await?;
            println!("listening on ws://{ADDRESS}/");
            greet(listener).await?;
        }
        Some("call") => call(&format!("ws://{ADDRESS}/")).await?,
        Some(_) => return Err("usage: hello [serve|call]".into()),
    }
    Ok(())
}

/// Serves each connection a greeter of its own.
async fn greet(listener: TcpListener) -> std::io::Result<()> {
    serve(listener, |_peer| {
        GreeterStub::new(Host {
            word: "Hello",
            greetings: Arc::default(),
        })
    })
    .await
}

async fn call(url: &str) -> Result<(), Box<dyn std::error::Error>> {
    let greeter: GreeterStub = connect(url).await?;
    println!("{}", greeter.hello("World").await?);
    // Two calls and one round trip: the second goes to what the first will return.
    println!("{}", greeter.speaking("de").hello("Welt").await?);
    println!("{} greetings", greeter.greetings().await?);
    Ok(())
}

const ADDRESS: &str = "127.0.0.1:8080";
