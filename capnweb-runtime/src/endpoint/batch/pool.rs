//! The connections that batches go over, kept for the next ones.

use std::error::Error as _;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response, Uri};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tower_service::Service;

use crate::endpoint::connect::{ConnectError, Connector};
use crate::endpoint::dial::{Address, Socket, Trust};
use crate::error::Disconnect;

/// The connections to one server: those of batches on their way, and some that wait for the next ones.
/// Clones share them; with the last, they close.
#[derive(Clone)]
pub(in crate::endpoint) struct Pool {
    idle: Idle,
    /// Made with the first request.
    client: Arc<OnceLock<Client<Dialer, Full<Bytes>>>>,
}

/// What is kept while nothing goes over it.
#[derive(Debug, Clone, Copy)]
struct Idle {
    connections: usize,
    time: Duration,
}

impl Pool {
    /// Keeps so many connections, each for so long.
    pub(in crate::endpoint) fn new(connections: usize, time: Duration) -> Self {
        Self {
            idle: Idle { connections, time },
            client: Arc::default(),
        }
    }

    /// Returns one that is like it, and shares nothing with it.
    #[cfg(feature = "tls")]
    pub(in crate::endpoint) fn apart(&self) -> Self {
        Self::new(self.idle.connections, self.idle.time)
    }

    /// Sends a request and returns the answer, its body yet to be read. A connection that was kept, and
    /// turns out to be closed, is replaced, as long as nothing was written to it: what was written may
    /// have been carried out.
    pub(super) async fn send(
        &self,
        connector: &Connector,
        address: &Address,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, Disconnect> {
        let open = || self.idle.client(Dialer::new(connector, address));
        let answer = self.client.get_or_init(open).request(request);
        answer.await.map_err(|error| failed(&error))
    }
}

impl Default for Pool {
    fn default() -> Self {
        Self::new(CONNECTIONS, TIME)
    }
}

impl Idle {
    fn client(self, dialer: Dialer) -> Client<Dialer, Full<Bytes>> {
        Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_max_idle_per_host(self.connections)
            .pool_idle_timeout(self.time)
            .build(dialer)
    }
}

/// What opens connections, all to the same server.
#[derive(Clone)]
struct Dialer {
    address: Arc<Address>,
    trust: Trust,
}

impl Dialer {
    fn new(connector: &Connector, address: &Address) -> Self {
        Self {
            address: Arc::new(address.clone()),
            trust: connector.trust.clone(),
        }
    }

    async fn dial(self) -> Result<TokioIo<Box<dyn Socket>>, Unreachable> {
        Ok(TokioIo::new(self.address.dial(&self.trust).await?))
    }
}

impl Service<Uri> for Dialer {
    type Response = TokioIo<Box<dyn Socket>>;
    type Error = Unreachable;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Unreachable>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Unreachable>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        Box::pin(self.clone().dial())
    }
}

impl Connection for Box<dyn Socket> {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

/// Why there is no connection. It comes back by reference.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Unreachable(Arc<io::Error>);

impl From<ConnectError> for Unreachable {
    fn from(error: ConnectError) -> Self {
        Self(Arc::new(match error {
            ConnectError::Io(error) => error,
            error => io::Error::other(error),
        }))
    }
}

/// Returns why there is no answer: what the client says of that, it says in its source.
fn failed(error: &legacy::Error) -> Disconnect {
    let source = error.source();
    let error = match source.and_then(|source| source.downcast_ref()) {
        Some(Unreachable(error)) => Arc::clone(error),
        None => Arc::new(io::Error::other(source.unwrap_or(error).to_string())),
    };
    Disconnect::Request(error)
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("idle", &self.idle)
            .finish_non_exhaustive()
    }
}

/// As many batches as a program usually has on their way at once.
const CONNECTIONS: usize = 8;

/// Less than servers usually wait for another request: those of Node.js close after five seconds, and
/// a batch that meets the end of its connection on the way is lost.
const TIME: Duration = Duration::from_secs(4);
