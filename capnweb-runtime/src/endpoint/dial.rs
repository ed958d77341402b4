//! Reaching the server that a URL names.

use std::io;
#[cfg(feature = "tls")]
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use url::{Host, Url};

use super::connect::ConnectError;

/// Where a URL leads.
#[derive(Debug, Clone)]
pub(super) struct Address {
    pub(super) url: Url,
    host: String,
    port: u16,
    safety: Safety,
}

/// Whom one believes to be the server that one means.
#[derive(Debug, Clone, Default)]
pub(super) struct Trust {
    #[cfg(feature = "tls")]
    pub(super) tls: Option<Arc<rustls::ClientConfig>>,
}

/// Whether what is said can be read on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Safety {
    Plain,
    Secret,
}

/// A connection, whatever it goes through.
pub(super) trait Socket: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Socket for S {}

/// The schemes of a kind of connection: in the clear, and by TLS.
pub(super) struct Schemes(pub(super) &'static str, pub(super) &'static str);

impl Address {
    /// Reads a URL of one of those schemes.
    pub(super) fn parse(url: &str, schemes: &Schemes) -> Result<Self, ConnectError> {
        let no = || ConnectError::Url(url.to_owned());
        let parsed = Url::parse(url).map_err(|_| no())?;
        let (safety, default) = match parsed.scheme() {
            scheme if scheme == schemes.0 => (Safety::Plain, 80),
            scheme if scheme == schemes.1 => (Safety::Secret, 443),
            _ => return Err(no()),
        };
        let host = match parsed.host().ok_or_else(no)? {
            Host::Domain(name) => name.to_owned(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        let port = parsed.port().unwrap_or(default);
        Ok(Self {
            url: parsed,
            host,
            port,
            safety,
        })
    }

    /// Connects.
    #[cfg_attr(
        not(feature = "tls"),
        allow(unused_variables, reason = "in the clear, there is nobody to trust")
    )]
    pub(super) async fn dial(&self, trust: &Trust) -> Result<Box<dyn Socket>, ConnectError> {
        #[cfg(not(feature = "tls"))]
        if self.safety == Safety::Secret {
            return Err(ConnectError::TlsNotBuilt);
        }
        let socket = self.reach().await?;
        #[cfg(feature = "tls")]
        if self.safety == Safety::Secret {
            let tls = trust.tls.clone();
            return Ok(Box::new(super::tls::secure(socket, &self.host, tls).await?));
        }
        Ok(Box::new(socket))
    }

    async fn reach(&self) -> io::Result<TcpStream> {
        let socket = TcpStream::connect((self.host.as_str(), self.port)).await?;
        socket.set_nodelay(true)?;
        Ok(socket)
    }
}
