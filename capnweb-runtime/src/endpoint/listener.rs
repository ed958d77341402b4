//! A server of its own.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::header::ORIGIN;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::upgrade::{MainFactory, main_factory, refusal, respond};
use crate::config::SessionConfig;
use crate::counters::Counters;
use crate::hook::Peer;
use crate::limits::Limits;
use crate::typed::Capability;

/// How long a client may take to send its request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// Serves WebSocket sessions on every path of a listener, each with the main object that `main`
/// makes for it. See [`Server`] for more than the defaults.
///
/// ```no_run
/// # use capnweb_runtime::{capability, Result};
/// # #[capability] pub trait Greeter { async fn hello(&self, name: String) -> Result<String>; }
/// # struct English;
/// # impl Greeter for English {
/// #     async fn hello(&self, name: String) -> Result<String> { Ok(format!("Hello, {name}!")) }
/// # }
/// # async fn example() -> std::io::Result<()> {
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
/// capnweb_runtime::serve(listener, |_peer| GreeterStub::new(English)).await
/// # }
/// ```
///
/// # Errors
///
/// When the listener fails for good. A connection that fails ends alone.
///
/// # Cancel safety
///
/// It runs until it is dropped: that stops the server and ends every session.
pub async fn serve<C: Capability>(
    listener: TcpListener,
    main: impl Fn(&Peer) -> C + Send + Sync + 'static,
) -> io::Result<()> {
    Server::new(main).serve(listener).await
}

/// A WebSocket server before it runs: what it serves, and within which limits.
#[derive(Clone)]
pub struct Server {
    main: MainFactory,
    config: SessionConfig,
    origins: Option<Arc<Origins>>,
    #[cfg(feature = "tls")]
    tls: Option<tokio_rustls::TlsAcceptor>,
}

/// Says whether pages of an origin may connect.
type Origins = dyn Fn(&str) -> bool + Send + Sync;

impl Server {
    /// Prepares a server that serves each connection what `main` makes for it.
    pub fn new<C: Capability>(main: impl Fn(&Peer) -> C + Send + Sync + 'static) -> Self {
        Self {
            main: main_factory(main),
            config: SessionConfig::default(),
            origins: None,
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    /// Lets only those web pages connect whose origin, such as `https://example.org`, `admits`
    /// accepts; others are answered 403. A client that names no origin is no browser, and let in.
    ///
    /// Browsers let every page connect everywhere, also to this machine. A server needs this whose
    /// main object gives authority to whoever can reach it.
    #[must_use]
    pub fn origins(mut self, admits: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        self.origins = Some(Arc::new(admits));
        self
    }

    /// Sets what each client may make this side spend.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.config.limits = limits;
        self
    }

    /// Sets how each session behaves, its limits included.
    #[must_use]
    pub fn config(mut self, config: SessionConfig) -> Self {
        self.config = config;
        self
    }

    /// Returns the counters of the sessions that this serves, and every clone of it.
    pub fn counters(&self) -> Counters {
        self.config.counters()
    }

    /// Serves `wss://` with this certificate and these settings.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(mut self, config: Arc<rustls::ServerConfig>) -> Self {
        self.tls = Some(config.into());
        self
    }

    /// Serves a listener; see [`serve`].
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops the server and ends every session.
    ///
    /// # Errors
    ///
    /// When the listener fails for good.
    pub async fn serve(self, listener: TcpListener) -> io::Result<()> {
        // Dropped with the future, it stops every connection.
        let mut connections = JoinSet::new();
        loop {
            let (socket, address) = match listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) if is_transient(&error) => {
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
                Err(error) => return Err(error),
            };
            while connections.try_join_next().is_some() {}
            connections.spawn(self.clone().accept(socket, address));
        }
    }

    async fn accept(self, socket: TcpStream, address: SocketAddr) {
        if socket.set_nodelay(true).is_err() {
            return;
        }
        let peer = Peer {
            address: Some(address),
        };
        #[cfg(feature = "tls")]
        if let Some(tls) = self.tls.clone() {
            if let Ok(Ok(socket)) = tokio::time::timeout(HEAD_TIMEOUT, tls.accept(socket)).await {
                self.speak_http(socket, peer).await;
            }
            return;
        }
        self.speak_http(socket, peer).await;
    }

    async fn speak_http<S>(self, socket: S, peer: Peer)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let upgraded = Mutex::new(None);
        let service = service_fn(|request: Request<Incoming>| {
            if !self.admits(request.headers()) {
                let refused = refusal(StatusCode::FORBIDDEN, FOREIGN_ORIGIN);
                return std::future::ready(Ok::<Response<Full<Bytes>>, Infallible>(refused));
            }
            let (response, session) = respond(request, peer.clone(), &self.main, &self.config);
            if session.is_some() {
                *upgraded.lock().unwrap_or_else(PoisonError::into_inner) = session;
            }
            std::future::ready(Ok(response))
        });
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .serve_connection(TokioIo::new(socket), service)
            .with_upgrades();
        // A client that does not speak HTTP has nobody to be told.
        drop(connection.await);
        let upgraded = upgraded.into_inner();
        // Run here, and not as a task of its own, so that it ends with the server.
        if let Some(session) = upgraded.unwrap_or_else(PoisonError::into_inner) {
            session.await;
        }
    }

    fn admits(&self, headers: &HeaderMap) -> bool {
        let Some(admits) = &self.origins else {
            return true;
        };
        let mut origins = headers.get_all(ORIGIN).iter();
        origins.all(|origin| origin.to_str().is_ok_and(|origin| admits(origin)))
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

/// What a page is told that may not connect.
const FOREIGN_ORIGIN: &str = "Pages of this origin may not connect.";

/// How long accepting pauses when the process is out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Returns whether accepting may work again later: the client went away, or descriptors ran out.
fn is_transient(error: &io::Error) -> bool {
    const EMFILE: i32 = 24;
    const ENFILE: i32 = 23;
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    ) || matches!(error.raw_os_error(), Some(EMFILE | ENFILE))
}
