//! Streams: many things one after the other, at the pace of whoever takes them.
//!
//! ```sh
//! cargo run -p capnweb-runtime --example streams
//! ```
//!
//! prints
//!
//! ```text
//! 0 1 2
//! the counter was told to stop: three are enough
//! 1048576 bytes, sent in 16 chunks
//! log: starting
//! log: done
//! ```

#![allow(clippy::print_stdout, reason = "it shows what it does")]

use std::sync::Arc;

use capnweb_runtime::{
    Bytes, Error, ReadableStream, Result, WritableStream, capability, connect, serve,
};
use futures_util::{StreamExt as _, stream};
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// What a connection begins with.
#[capability]
pub trait Store {
    /// Counts without end.
    async fn count(&self) -> Result<ReadableStream<u64>>;

    /// Reads a file to its end, and returns its size.
    async fn upload(&self, file: ReadableStream<Bytes>) -> Result<usize>;

    /// Works, and writes what it does to `log`.
    async fn work(&self, log: WritableStream<String>) -> Result<()>;
}

struct Disk {
    stopped: Arc<Notify>,
}

impl Store for Disk {
    async fn count(&self) -> Result<ReadableStream<u64>> {
        let stopped = Arc::clone(&self.stopped);
        let told = move |reason: Error| {
            println!("the counter was told to stop: {reason}");
            stopped.notify_one();
        };
        // Only as much of it is asked for as the reader has room for.
        Ok(ReadableStream::with_cancel(stream::iter(0..), told))
    }

    async fn upload(&self, mut file: ReadableStream<Bytes>) -> Result<usize> {
        let mut size = 0;
        while let Some(chunk) = file.next().await {
            size += chunk?.len();
        }
        Ok(size)
    }

    async fn work(&self, mut log: WritableStream<String>) -> Result<()> {
        log.write("starting".to_owned()).await?;
        log.write("done".to_owned()).await?;
        log.close().await // everything has arrived when this returns
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("ws://{}/", listener.local_addr()?);
    let stopped = Arc::new(Notify::new());
    let told = Arc::clone(&stopped);
    drop(tokio::spawn(serve(listener, move |_peer| {
        let stopped = Arc::clone(&told);
        StoreStub::new(Disk { stopped })
    })));
    let store: StoreStub = connect(&url).await?;

    let mut numbers = store.count().await?;
    let mut first = Vec::new();
    while first.len() < 3
        && let Some(number) = numbers.next().await
    {
        first.push(number?.to_string());
    }
    println!("{}", first.join(" "));
    numbers.cancel(Error::new("three are enough"));
    stopped.notified().await;

    let chunks = stream::iter((0..CHUNKS).map(|_| Bytes::from(vec![0; 64 * 1024])));
    let size = store.upload(ReadableStream::new(chunks)).await?;
    println!("{size} bytes, sent in {CHUNKS} chunks");

    let log = WritableStream::from_fn(|line: String| async move {
        println!("log: {line}");
        Ok(())
    });
    store.work(log).await?;
    Ok(())
}

const CHUNKS: usize = 16;
