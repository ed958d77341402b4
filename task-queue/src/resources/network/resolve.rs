//! From names to addresses.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use crate::future::BoxFuture;

/// A way from a host's name to its addresses.
pub trait Resolve: fmt::Debug + Send + Sync + 'static {
    /// Returns the addresses of a host, those to be tried first first.
    fn resolve<'a>(
        &'a self,
        host: &'a str,
        port: u16,
    ) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>>;
}

/// The resolver of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve<'a>(
        &'a self,
        host: &'a str,
        port: u16,
    ) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) })
    }
}
