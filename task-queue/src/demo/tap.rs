//! Somebody on the line who counts round trips.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::demo::miss::Miss;

/// A line to a server, on which round trips are counted.
pub(super) struct Tap {
    address: String,
    counter: Arc<Counter>,
    relaying: JoinHandle<()>,
}

/// Counts how often the server speaks after the client has.
#[derive(Default)]
struct Counter {
    client_spoke: AtomicBool,
    round_trips: AtomicUsize,
}

impl Tap {
    /// Lays a line to a server.
    pub(super) async fn lay(server: String) -> Result<Self, Miss> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let counter = Arc::new(Counter::default());
        Ok(Self {
            address: listener.local_addr()?.to_string(),
            relaying: tokio::spawn(relay(listener, server, Arc::clone(&counter))),
            counter,
        })
    }

    /// Returns the near end of the line, as `HOST:PORT`.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Returns how many round trips there were since this was asked last.
    pub(super) fn round_trips(&self) -> usize {
        self.counter.round_trips.swap(0, Ordering::SeqCst)
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.relaying.abort();
    }
}

impl Counter {
    fn client_speaks(&self) {
        self.client_spoke.store(true, Ordering::SeqCst);
    }

    fn server_speaks(&self) {
        if self.client_spoke.swap(false, Ordering::SeqCst) {
            self.round_trips.fetch_add(1, Ordering::SeqCst);
        }
    }
}

async fn relay(listener: TcpListener, server: String, counter: Arc<Counter>) {
    // Dropped with the future, it cuts every line.
    let mut lines = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        lines.spawn(connect(client, server.clone(), Arc::clone(&counter)));
    }
}

async fn connect(mut client: TcpStream, server: String, counter: Arc<Counter>) -> io::Result<()> {
    let mut server = TcpStream::connect(server).await?;
    let (mut from_client, mut to_client) = client.split();
    let (mut from_server, mut to_server) = server.split();
    tokio::select! {
        end = pass(&mut from_client, &mut to_server, || counter.client_speaks()) => end,
        end = pass(&mut from_server, &mut to_client, || counter.server_speaks()) => end,
    }
}

/// Passes on what is said, after taking note of it.
async fn pass(
    from: &mut (impl AsyncReadExt + Unpin),
    to: &mut (impl AsyncWriteExt + Unpin),
    note: impl Fn(),
) -> io::Result<()> {
    let mut said = Vec::with_capacity(BUFFER);
    while from.read_buf(&mut said).await? > 0 {
        note();
        to.write_all(&said).await?;
        said.clear();
    }
    Ok(())
}

const BUFFER: usize = 8 * 1024;
