//! `map`: something is done for every element of a list where the list is, in one round trip.
//!
//! ```sh
//! cargo run -p capnweb-runtime --example map
//! ```
//!
//! prints
//!
//! ```text
//! one by one: ["user 1", "user 2", "user 3"] with 12 messages sent
//! with map: ["user 1", "user 2", "user 3"] with 5 messages sent
//! user 1 knows user 2, user 3
//! user 2 knows user 3
//! user 3 knows nobody
//! ```

#![allow(clippy::print_stdout, reason = "it shows what it does")]

use capnweb_runtime::{Connector, Result, Session, capability, serve};
use tokio::net::TcpListener;

/// What a connection begins with.
#[capability]
pub trait Directory {
    /// Returns the ids of all users.
    async fn ids(&self) -> Result<Vec<u32>>;

    /// Returns the name of one.
    async fn name(&self, id: u32) -> Result<String>;

    /// Returns whom one knows.
    async fn knows(&self, id: u32) -> Result<Vec<u32>>;
}

struct Book;

impl Directory for Book {
    async fn ids(&self) -> Result<Vec<u32>> {
        Ok(vec![1, 2, 3])
    }

    async fn name(&self, id: u32) -> Result<String> {
        Ok(format!("user {id}"))
    }

    async fn knows(&self, id: u32) -> Result<Vec<u32>> {
        Ok((id + 1..=3).collect())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("ws://{}/", listener.local_addr()?);
    drop(tokio::spawn(serve(listener, |_peer| {
        DirectoryStub::new(Book)
    })));
    let (directory, session): (DirectoryStub, _) =
        Connector::new(url).connect_with_session().await?;

    let before = sent(&session);
    let mut names = Vec::new();
    for id in directory.ids().await? {
        names.push(directory.name(id).await?); // a round trip each
    }
    let messages = sent(&session) - before;
    println!("one by one: {names:?} with {messages} messages sent");

    let before = sent(&session);
    // The closure runs once, here, with a placeholder; what it calls is sent as instructions.
    let names = directory.ids().map(|id| directory.name(id)).await?;
    let messages = sent(&session) - before;
    println!("with map: {names:?} with {messages} messages sent");

    // A tuple for each, and a `map` within a `map`: still one round trip.
    let friends = directory.ids().map(|id| {
        let known = directory.knows(&id).map(|id| directory.name(id));
        (directory.name(id), known)
    });
    for (name, known) in friends.await? {
        let known = match known.as_slice() {
            [] => "nobody".to_owned(),
            some => some.join(", "),
        };
        println!("{name} knows {known}");
    }
    Ok(())
}

fn sent(session: &Session) -> u64 {
    session.stats().messages_out
}
