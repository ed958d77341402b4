//! The client's end.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite;
use url::{Host, Url};

use crate::config::SessionConfig;
use crate::connection::{Connection, drive};
use crate::error::{Disconnect, Error};
use crate::hook::{Cap, Peer, Session, Stub};
use crate::limits::Limits;
use crate::transport::websocket;
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

/// A connection before it is made: where to, what to offer, and within which limits.
#[derive(Debug, Clone)]
pub struct Connector {
    url: String,
    main: Option<Stub>,
    config: SessionConfig,
    #[cfg(feature = "tls")]
    tls: Option<Arc<rustls::ClientConfig>>,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The URL cannot be read, or is not `ws://` or `wss://`.
    #[error("not a WebSocket URL: {0}")]
    Url(String),
    /// `wss://` needs the feature `tls`.
    #[error("`wss://` needs the feature `tls` of capnweb-runtime")]
    TlsNotBuilt,
    /// The server cannot be reached.
    #[error("cannot reach the server: {0}")]
    Io(#[from] io::Error),
    /// The server did not agree to speak WebSocket.
    #[error("the server did not accept the WebSocket: {0}")]
    Handshake(#[source] Box<tungstenite::Error>),
}

impl Connector {
    /// Prepares a connection to a `ws://` or `wss://` URL.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            main: None,
            config: SessionConfig::default(),
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    /// Offers the server a main object of this side's.
    #[must_use]
    pub fn main(mut self, main: impl Capability) -> Self {
        self.main = Some(main.into_stub());
        self
    }

    /// Sets what the server may make this side spend.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.config.limits = limits;
        self
    }

    /// Sets how the session behaves, its limits included.
    #[must_use]
    pub fn config(mut self, config: SessionConfig) -> Self {
        self.config = config;
        self
    }

    /// Sets the trust roots and everything else of TLS; the default trusts Mozilla's roots.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(mut self, config: Arc<rustls::ClientConfig>) -> Self {
        self.tls = Some(config);
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
        let url = Url::parse(&self.url).map_err(|_| ConnectError::Url(self.url.clone()))?;
        let (host, port) = address(&url).ok_or_else(|| ConnectError::Url(self.url.clone()))?;
        let socket = TcpStream::connect((host.as_str(), port)).await?;
        socket.set_nodelay(true)?;
        // The handshake's future is large; it need not lie in that of every caller.
        let (main, session) = match url.scheme() {
            "ws" => Box::pin(self.start(socket)).await?,
            #[cfg(feature = "tls")]
            "wss" => {
                let socket = super::tls::secure(socket, &host, self.tls.clone()).await?;
                Box::pin(self.start(socket)).await?
            }
            #[cfg(not(feature = "tls"))]
            "wss" => return Err(ConnectError::TlsNotBuilt),
            _ => return Err(ConnectError::Url(self.url)),
        };
        Ok((C::from_stub(Stub::of(main)), session))
    }

    async fn start<S>(&self, socket: S) -> Result<(Cap, Session), ConnectError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let config = Some(websocket::config(&self.config.limits));
        let (socket, _) = client_async_with_config(&self.url, socket, config)
            .await
            .map_err(|error| ConnectError::Handshake(Box::new(error)))?;
        let (source, sink) = websocket::split(socket, &self.config.limits);
        let served = self.main.clone().map_or_else(no_main, Stub::into_cap);
        let (connection, main) = Connection::new(served, Peer::default(), &self.config);
        let session = Session::new(Arc::clone(&connection) as _);
        drop(tokio::spawn(drive(connection, source, sink)));
        Ok((main, session))
    }
}

/// What a side without a main object serves (protocol S-6).
fn no_main() -> Cap {
    Cap::settled(Err(Error::new("This connection has no main object.")))
}

fn address(url: &Url) -> Option<(String, u16)> {
    let default = match url.scheme() {
        "ws" => 80,
        "wss" => 443,
        _ => return None,
    };
    let host = match url.host()? {
        Host::Domain(name) => name.to_owned(),
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => address.to_string(),
    };
    Some((host, url.port().unwrap_or(default)))
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
