//! Connecting: from a URL to the main object of whoever serves there.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite;

use super::batch::{Batch, Pool};
use super::dial::{Address, Schemes, Socket, Trust};
use super::reconnect::{Dial, Reconnect, ReconnectingClient};
use crate::config::SessionConfig;
use crate::connection::{Connection, Heartbeat, drive};
use crate::error::{Disconnect, Error};
use crate::hook::{Cap, Peer, Session, Stub};
use crate::transport::{Heard, Outflow, WebSocket, websocket_config};
use crate::typed::Capability;

/// Connects to a WebSocket server and returns its main object.
///
/// Dropping the last clone of the main object closes the connection, and with it everything else
/// that came over it: keep it for as long as you use what you got from it.
///
/// Must be called within a Tokio runtime. See [`Connector`] for more than the defaults.
///
/// # Cancel safety
///
/// Dropping the future gives up the connection.
pub async fn connect<C: Capability>(url: &str) -> Result<C, ConnectError> {
    Connector::new(url).connect().await
}

/// A connection before it is made: where to, what to offer, and how its session is to behave.
#[derive(Debug, Clone)]
pub struct Connector {
    pub(super) url: String,
    main: Option<Stub>,
    pub(super) config: SessionConfig,
    pub(super) timeout: Duration,
    pub(super) pool: Pool,
    pub(super) trust: Trust,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The URL cannot be read, or is not `ws://` or `wss://`; for a batch, `http://` or `https://`.
    #[error(
        "`{0}` is not the URL of a server: a session's begins with `ws://` or `wss://`, a batch's with \
         `http://` or `https://`"
    )]
    Url(String),
    /// `wss://` and `https://` need the feature `tls`.
    #[error("`wss://` and `https://` need the feature `tls` of capnweb-runtime")]
    TlsNotBuilt,
    /// There was no connection in time.
    #[error("no connection after {} ms", .0.as_millis())]
    TimedOut(Duration),
    /// The server cannot be reached.
    #[error("cannot reach the server: {0}")]
    Io(#[from] io::Error),
    /// The server did not agree to speak WebSocket.
    #[error("the server did not accept the WebSocket: {0}")]
    Handshake(#[source] Box<tungstenite::Error>),
}

impl Connector {
    /// Prepares a connection to a `ws://` or `wss://` URL, or a batch to an `http://` or `https://`
    /// one.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            main: None,
            config: SessionConfig::default(),
            timeout: Duration::from_mins(1),
            pool: Pool::default(),
            trust: Trust::default(),
        }
    }

    /// Offers the server a main object of this side's.
    #[must_use]
    pub fn main(mut self, main: impl Capability) -> Self {
        self.main = Some(main.into_stub());
        self
    }

    /// Sets how the session behaves; [`Limits`](crate::Limits) alone will do.
    #[must_use]
    pub fn config(mut self, config: impl Into<SessionConfig>) -> Self {
        self.config = config.into();
        self
    }

    /// Sets how long connecting may take, its handshakes included, or a whole batch. Default 60
    /// seconds.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets how many connections are kept after a [`Batch`] for the next ones, by all clones of this
    /// connector together, and for how long. Default 8, for 4 seconds each; with 0, every batch has a
    /// connection of its own. There are as many as there are batches at once: beyond what is kept, one
    /// is closed after its batch.
    ///
    /// Servers close connections that say nothing, too, and a batch that was being sent just then is
    /// lost: whether it was carried out nobody knows, so it is not repeated. So the time should be
    /// shorter than the server's, which is 5 seconds for Node.js, and often a minute.
    #[must_use]
    pub fn keep_idle(mut self, connections: usize, time: Duration) -> Self {
        self.pool = Pool::new(connections, time);
        self
    }

    /// Sets the trust roots and everything else of TLS; the default trusts Mozilla's roots.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(mut self, config: Arc<rustls::ClientConfig>) -> Self {
        self.trust.tls = Some(config);
        // Who trusts others does not go where somebody else has been let in.
        self.pool = self.pool.apart();
        self
    }

    /// Connects and returns the server's main object; see [`connect`].
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives up the connection.
    pub async fn connect<C: Capability>(self) -> Result<C, ConnectError> {
        Ok(self.connect_with_session().await?.0)
    }

    /// Connects and returns the server's main object, and the session to watch or close it by.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives up the connection.
    pub async fn connect_with_session<C: Capability>(self) -> Result<(C, Session), ConnectError> {
        let address = Address::parse(&self.url, &WEBSOCKET)?;
        // The handshake's future is large; it need not lie in that of every caller.
        let starting = Box::pin(self.start(&address));
        let (main, session) = tokio::time::timeout(self.timeout, starting)
            .await
            .map_err(|_| ConnectError::TimedOut(self.timeout))??;
        Ok((C::from_stub(Stub::of(main)), session))
    }

    /// Begins to connect, and to connect again whenever the connection breaks; see
    /// [`ReconnectingClient`]. It returns at once.
    ///
    /// Each attempt may take as long as [`timeout`](Self::timeout) and
    /// [`Reconnect::attempt_timeout`] say. Must be called within a Tokio runtime.
    ///
    /// # Errors
    ///
    /// When the URL is not a `ws://` or `wss://` one.
    pub fn reconnecting<C: Capability>(
        mut self,
        settings: Reconnect,
    ) -> Result<ReconnectingClient<C>, ConnectError> {
        let address = Address::parse(&self.url, &WEBSOCKET)?;
        self.timeout = self.timeout.min(settings.attempt_timeout);
        self.config = self.config.tell_certainty();
        let counters = self.config.counters();
        Ok(ReconnectingClient::begin(
            Dialed {
                connector: self,
                address,
            },
            settings,
            counters,
        ))
    }

    /// Prepares a batch; see [`Batch`]. Batches of clones of one connector go over the same connections,
    /// one after the other, as [`keep_idle`](Self::keep_idle) says:
    ///
    /// ```no_run
    /// # use capnweb_runtime::{capability, Result};
    /// # #[capability] pub trait Api { async fn add(&self, a: f64, b: f64) -> Result<f64>; }
    /// use capnweb_runtime::Connector;
    ///
    /// # async fn example() -> Result<()> {
    /// let server = Connector::new("https://example.org/rpc");
    /// for n in 0..10_u8 {
    ///     let batch = server.clone().batch::<ApiStub>()?;
    ///     let sum = batch.main().add(f64::from(n), 1.0);
    ///     println!("{}", batch.send(sum).await??);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// When the URL is not an `http://` or `https://` one.
    pub fn batch<C: Capability>(self) -> Result<Batch<C>, ConnectError> {
        Batch::of(self)
    }

    /// Reaches the server.
    pub(super) async fn dial(&self, address: &Address) -> Result<Box<dyn Socket>, ConnectError> {
        address.dial(&self.trust).await
    }

    /// Begins a session.
    pub(super) fn begin(&self) -> (Arc<Connection>, Cap) {
        let served = self.main.clone().map_or_else(no_main, Stub::into_cap);
        Connection::new(served, Peer::default(), &self.config)
    }

    async fn start(&self, address: &Address) -> Result<(Cap, Session), ConnectError> {
        let (socket, heard) = Heard::new(self.dial(address).await?);
        let config = Some(websocket_config(&self.config.limits));
        let (socket, _) = client_async_with_config(&self.url, Outflow::new(socket), config)
            .await
            .map_err(|error| ConnectError::Handshake(Box::new(error)))?;
        let socket = WebSocket::client(socket, &self.config.limits);
        let (connection, main) = self.begin();
        let session = Session::new(Arc::clone(&connection) as _);
        let heartbeat = Heartbeat::new(self.config.keep_alive, heard);
        drop(tokio::spawn(drive(connection, socket, heartbeat)));
        Ok((main, session))
    }
}

/// A server, as a reconnecting client reaches it.
struct Dialed {
    connector: Connector,
    address: Address,
}

impl Dial for Dialed {
    async fn dial(&self) -> Result<(Cap, Session), ConnectError> {
        // The handshake's future is large.
        Box::pin(self.connector.start(&self.address)).await
    }

    fn time(&self) -> Duration {
        self.connector.timeout
    }
}

impl ConnectError {
    /// Returns the HTTP status with which the server refused, if it did.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Handshake(error) => match error.as_ref() {
                tungstenite::Error::Http(response) => Some(response.status().as_u16()),
                _ => None,
            },
            _ => None,
        }
    }
}

/// The schemes of WebSocket URLs.
const WEBSOCKET: Schemes = Schemes("ws", "wss");

/// What a side without a main object serves (protocol S-6).
fn no_main() -> Cap {
    Cap::settled(Err(Error::new("This connection has no main object.")))
}

impl From<ConnectError> for Error {
    fn from(error: ConnectError) -> Self {
        let source = match error {
            ConnectError::Io(error) => error,
            other => io::Error::other(other),
        };
        Self::Disconnected(Disconnect::Transport(Arc::new(source)))
    }
}
