//! From names to addresses, of which only those are used that may be.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolving};
use thiserror::Error;

use crate::future::BoxFuture;
use crate::resources::network::entry::Reach;

/// A way from a host's name to its addresses.
pub trait Resolve: fmt::Debug + Send + Sync + 'static {
    /// Returns the addresses of a host, those to be tried first first.
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>>;
}

/// The resolver of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

/// What stands between a resolver and the connections: addresses that may not be talked to do not
/// come through, and there is no other way to an address than through here.
#[derive(Debug, Clone)]
pub(super) struct Checked {
    pub(super) resolver: Arc<dyn Resolve>,
    pub(super) reach: Reach,
}

/// Why a name has led nowhere.
#[derive(Debug, Error)]
pub(super) enum Misled {
    /// It leads to addresses inside, and to no others.
    #[error("it leads to a private address")]
    Inside,
    /// It leads to no address.
    #[error("it cannot be found")]
    Unresolved(#[source] Arc<io::Error>),
}

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

impl Checked {
    async fn addresses(&self, host: &str) -> Result<Vec<SocketAddr>, Misled> {
        let found = self.resolver.resolve(host).await;
        let mut addresses = found.map_err(|error| Misled::Unresolved(Arc::new(error)))?;
        if addresses.is_empty() {
            let nothing = io::Error::from(io::ErrorKind::NotFound);
            return Err(Misled::Unresolved(Arc::new(nothing)));
        }
        addresses.retain(|&address| self.reach.includes(address));
        if addresses.is_empty() {
            return Err(Misled::Inside);
        }
        // Port 0 is replaced by that of the request.
        let with_port = |address| SocketAddr::new(address, 0);
        Ok(addresses.into_iter().map(with_port).collect())
    }
}

impl reqwest::dns::Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let checked = self.clone();
        Box::pin(async move {
            let addresses = checked.addresses(name.as_str()).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

impl Misled {
    /// Finds the reason in what the HTTP client has made of it.
    pub(super) fn behind<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Self> {
        let mut reasons = std::iter::successors(Some(error), |&error| error.source());
        reasons.find_map(|reason| reason.downcast_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name that leads to several places.
    #[derive(Debug)]
    struct Everywhere([IpAddr; 3]);

    impl Resolve for Everywhere {
        fn resolve<'a>(&'a self, _host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
            Box::pin(async { Ok(self.0.to_vec()) })
        }
    }

    #[tokio::test]
    async fn of_a_names_addresses_those_inside_are_left_out() {
        let outside = "2001:4860:4860::8888".parse().unwrap();
        let places = [[10, 0, 0, 1].into(), outside, [127, 0, 0, 1].into()];
        let checked = |reach| Checked {
            resolver: Arc::new(Everywhere(places)),
            reach,
        };
        let found = checked(Reach::Public).addresses("a").await.unwrap();
        assert_eq!(found, [SocketAddr::new(outside, 0)]);
        let found = checked(Reach::Private).addresses("a").await.unwrap();
        assert_eq!(found.len(), 3);
    }
}
