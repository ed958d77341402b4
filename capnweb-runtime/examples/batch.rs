//! HTTP batches: calls that are made first, then sent and answered in one HTTP request.
//!
//! ```sh
//! cargo run -p capnweb-runtime --example batch
//! ```
//!
//! starts a server, sends it a batch and prints
//!
//! ```text
//! hello, Ann; 2 + 3 = 5
//! no user 9
//! Batch RPC request ended.
//! ```
//!
//! The same server serves WebSockets, too, and whoever can POST. With `-- serve` in one terminal,
//!
//! ```sh
//! curl http://127.0.0.1:8080/ --data-binary '["push",["pipeline",0,["user"],[1]]]
//! ["push",["pipeline",1,["name"],[]]]
//! ["pull",2]'
//! ```
//!
//! in another answers `["resolve",2,"Ann"]`.

#![allow(clippy::print_stdout, reason = "it shows what it does")]

use capnweb_runtime::{Batch, Error, Result, capability, serve};
use tokio::net::TcpListener;

/// What every batch begins with.
#[capability]
pub trait Api {
    /// Returns a user.
    async fn user(&self, id: u32) -> Result<UserStub>;

    /// Adds two numbers.
    async fn add(&self, a: f64, b: f64) -> Result<f64>;

    /// Greets somebody.
    async fn greet(&self, name: String) -> Result<String>;
}

/// A user.
#[capability]
pub trait User {
    /// Returns the user's name.
    async fn name(&self) -> Result<String>;
}

struct Server;

impl Api for Server {
    async fn user(&self, id: u32) -> Result<UserStub> {
        if id != 1 {
            return Err(Error::range_error(format!("no user {id}")));
        }
        Ok(UserStub::new(Ann))
    }

    async fn add(&self, a: f64, b: f64) -> Result<f64> {
        Ok(a + b)
    }

    async fn greet(&self, name: String) -> Result<String> {
        Ok(format!("hello, {name}"))
    }
}

struct Ann;

impl User for Ann {
    async fn name(&self) -> Result<String> {
        Ok("Ann".to_owned())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    if std::env::args().nth(1).as_deref() == Some("serve") {
        let listener = TcpListener::bind("127.0.0.1:8080").await?;
        println!("listening on http://{}/", listener.local_addr()?);
        serve(listener, |_peer| ApiStub::new(Server)).await?;
        return Ok(());
    }
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/", listener.local_addr()?);
    drop(tokio::spawn(serve(listener, |_peer| ApiStub::new(Server))));
    send(&url).await
}

async fn send(url: &str) -> Result<(), Box<dyn std::error::Error>> {
    let batch = Batch::<ApiStub>::new(url)?;
    let api = batch.main().clone();
    // Nothing is sent yet. A result can be an argument all the same, and can be called.
    let name = api.user(1).name();
    let greeting = api.greet(name);
    let sum = api.add(2.0, 3.0);
    let nobody = api.user(9).name();
    let forgotten = api.add(1.0, 1.0);

    // What is asked for here comes back, each with a result of its own.
    let (greeting, sum, nobody) = batch.send((greeting, sum, nobody)).await?;
    println!("{}; 2 + 3 = {}", greeting?, sum?);
    println!("{}", nobody.unwrap_err());
    // The call was made, but nobody asked for its result, and the batch is over.
    println!("{}", forgotten.await.unwrap_err());
    Ok(())
}
