//! An endpoint before it runs.

use std::fmt;
use std::io;
#[cfg(feature = "tls")]
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use super::http::{Cors, Endpoint, Hosts, Origins, RpcService, Settings, main_factory};
use super::listener::{Door, listen};
use crate::config::SessionConfig;
use crate::counters::Counters;
use crate::hook::Peer;
use crate::typed::Capability;

/// An endpoint before it runs: what it serves, to whom, and how many.
///
/// What holds within each session, and what its peer can cost, is a [`SessionConfig`].
///
/// It answers WebSocket upgrades and HTTP batches (POST), both on every path. Run it on a listener
/// of its own with [`serve`](Self::serve), or inside another HTTP server with
/// [`into_service`](Self::into_service).
///
/// ```no_run
/// # use capnweb_runtime::{capability, Result};
/// # #[capability] pub trait Greeter { async fn hello(&self, name: String) -> Result<String>; }
/// # struct English;
/// # impl Greeter for English {
/// #     async fn hello(&self, name: String) -> Result<String> { Ok(format!("Hello, {name}!")) }
/// # }
/// use capnweb_runtime::{Origins, Server};
///
/// # async fn example() -> std::io::Result<()> {
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
/// let interrupted = async { drop(tokio::signal::ctrl_c().await) };
/// Server::new(|_peer| GreeterStub::new(English))
///     .origins(Origins::list(["https://app.example"]))
///     .max_connections(1_000)
///     .serve_with_shutdown(listener, interrupted)
///     .await
/// # }
/// ```
#[derive(Clone)]
pub struct Server {
    settings: Settings,
    #[cfg(feature = "tls")]
    tls: Option<tokio_rustls::TlsAcceptor>,
}

impl Server {
    /// Prepares a server that serves each connection, and each batch, what `main` makes for it.
    pub fn new<C: Capability>(main: impl Fn(&Peer) -> C + Send + Sync + 'static) -> Self {
        Self {
            settings: Settings::new(main_factory(main)),
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    /// Sets which web pages may connect; others are answered 403. Default [`Origins::same`]. A client
    /// that names no origin is no browser, and let in.
    #[must_use]
    pub fn origins(mut self, origins: Origins) -> Self {
        self.settings.origins = origins;
        self
    }

    /// Names the hosts that the server goes by, without ports; requests that were sent to others are
    /// answered 421. Default: any.
    ///
    /// This is what keeps DNS rebinding out: a page whose name is pointed at this machine after it was
    /// loaded is of the same origin as what it then talks to, under a name of its own. An address of
    /// IPv6 is written in brackets.
    #[must_use]
    pub fn hosts(mut self, hosts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.settings.hosts = Hosts::These(hosts.into_iter().map(Into::into).collect());
        self
    }

    /// Lets pages that [`origins`](Self::origins) admits read the answers to their batches, and
    /// answers their browsers' questions about that (CORS). Without it a page of another origin can
    /// open WebSockets only.
    #[must_use]
    pub const fn cors(mut self) -> Self {
        self.settings.cors = Cors::Admitted;
        self
    }

    /// Sets how each session behaves, those of batches included; [`Limits`](crate::Limits) alone will
    /// do.
    #[must_use]
    pub fn config(mut self, config: impl Into<SessionConfig>) -> Self {
        self.settings.config = config.into();
        self
    }

    /// Returns the counters of the sessions that this serves, and every clone of it.
    pub fn counters(&self) -> Counters {
        self.settings.config.counters()
    }

    /// Sets how long a batch may take, from its first byte to its answer. Default 30 seconds. One that
    /// has not arrived by then is answered 408, one whose calls have not, 504.
    #[must_use]
    pub const fn batch_timeout(mut self, timeout: Duration) -> Self {
        self.settings.batch_timeout = timeout;
        self
    }

    /// Sets how long a client may take to receive an answer, or each MiB of one that is longer; it is
    /// cut off after that. Default 30 seconds. It is about batches and refusals: a session has its
    /// [`keep_alive`](SessionConfig::keep_alive), and
    /// [`Limits::max_outgoing_bytes`](crate::Limits::max_outgoing_bytes). Of a server inside another that
    /// is the other's.
    #[must_use]
    pub const fn answer_timeout(mut self, timeout: Duration) -> Self {
        self.settings.answer_timeout = timeout;
        self
    }

    /// Sets how long a client may take for its TLS handshake, and then for the head of its request; it
    /// is cut off after that. Default 10 seconds. Of a server inside another that is the other's.
    #[must_use]
    pub const fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.settings.handshake_timeout = timeout;
        self
    }

    /// Sets how many connections there may be at a time, batches included. Default 16,384. What comes
    /// beyond that is answered 503, before there is a session.
    #[must_use]
    pub const fn max_connections(mut self, connections: usize) -> Self {
        self.settings.max_connections = connections;
        self
    }

    /// Sets how many connections may be there that have not made their first request. Default 1,024.
    /// Beyond that, the next one is served when one of them has, or was cut off; so is the oldest then,
    /// after a second. Of a server inside another that is the other's.
    #[must_use]
    pub const fn max_handshakes(mut self, handshakes: usize) -> Self {
        self.settings.max_handshakes = handshakes;
        self
    }

    /// Sets how long sessions may go on to answer what they have been asked, when the server shuts
    /// down. Default 30 seconds.
    #[must_use]
    pub const fn grace_period(mut self, grace: Duration) -> Self {
        self.settings.grace = grace;
        self
    }

    /// Serves `wss://` and `https://` with this certificate and these settings.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(mut self, config: Arc<rustls::ServerConfig>) -> Self {
        self.tls = Some(config.into());
        self
    }

    /// Makes a service of it, for a server of somebody else's; TLS is that one's matter.
    pub fn into_service(self) -> RpcService {
        RpcService::new(self.settings)
    }

    /// Serves a listener; see [`serve`](crate::serve).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops the server and ends every session.
    ///
    /// # Errors
    ///
    /// When the listener fails for good.
    pub async fn serve(self, listener: TcpListener) -> io::Result<()> {
        self.serve_with_shutdown(listener, std::future::pending())
            .await
    }

    /// Serves a listener until `signal` is ready; then accepts no more connections, lets every session
    /// answer what it has been asked, for as long as the [grace period](Self::grace_period) at most,
    /// closes it with code 3000 and a reason, and returns when the last one has ended.
    ///
    /// There is no way in the protocol to tell a peer beforehand. Sessions take calls until they are
    /// closed; a session that has nothing to answer is closed at once.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops the server and ends every session.
    ///
    /// # Errors
    ///
    /// When the listener fails for good.
    pub async fn serve_with_shutdown(
        self,
        listener: TcpListener,
        signal: impl Future<Output = ()> + Send,
    ) -> io::Result<()> {
        let door = Door {
            endpoint: Endpoint::new(self.settings),
            #[cfg(feature = "tls")]
            tls: self.tls,
        };
        listen(door, listener, signal).await
    }
}

impl From<Server> for RpcService {
    fn from(server: Server) -> Self {
        server.into_service()
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("config", &self.settings.config)
            .field("origins", &self.settings.origins)
            .field("hosts", &self.settings.hosts)
            .field("max_connections", &self.settings.max_connections)
            .finish_non_exhaustive()
    }
}
