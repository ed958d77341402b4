//! Who may be talked to, how often and for how long.

use std::net::SocketAddr;
use std::time::Duration;

use thiserror::Error;
use url::{Host, Url};

use crate::resources::network::address::is_public;
use crate::resources::network::error::NetworkError;

/// Who may be talked to, how often and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkPolicy {
    /// Who may be talked to; nobody else may.
    pub allowed: Vec<AllowEntry>,
    /// Requests a minute, each hop of a redirect being one.
    pub requests_per_minute: u32,
    /// How long an answer may take, redirects included.
    pub time_limit: Duration,
    /// Bytes of an answer's body.
    pub response_bytes: usize,
    /// Bytes of the data that is sent.
    pub request_bytes: usize,
    /// How many redirects are followed.
    pub redirects: u32,
}

/// A host and a port that may be talked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowEntry {
    host: Host,
    port: u16,
    reach: Reach,
}

/// Where an allowed host may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Out on the public internet, and nowhere else.
    Public,
    /// Anywhere, this machine and its network included.
    Private,
}

/// Text that is no host and port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a host with an optional port, such as `example.org` or `127.0.0.1:8000`")]
pub struct EntrySyntax;

/// Where a request goes, once that is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Destination<'a> {
    pub(super) url: &'a Url,
    /// The host as text, without the brackets of an IPv6 address.
    pub(super) host: &'a str,
    pub(super) port: u16,
    reach: Reach,
}

impl NetworkPolicy {
    /// Creates a policy that allows those and has the usual limits: 60 requests a minute, 30
    /// seconds, a megabyte in either direction, five redirects.
    pub const fn new(allowed: Vec<AllowEntry>) -> Self {
        Self {
            allowed,
            requests_per_minute: 60,
            time_limit: Duration::from_secs(30),
            response_bytes: 1 << 20,
            request_bytes: 1 << 20,
            redirects: 5,
        }
    }

    /// Says whether a request may go there.
    pub(super) fn admit<'a>(&self, url: &'a Url) -> Result<Destination<'a>, NetworkError> {
        if url.scheme() != "http" {
            let scheme = url.scheme().to_owned();
            return Err(NetworkError::Scheme { scheme });
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(NetworkError::Credentials);
        }
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(url::ParseError::EmptyHost.into());
        };
        let entry = self.allowed.iter().find(|entry| entry.covers(&host, port));
        let text = bare(url.host_str().unwrap_or_default());
        match entry {
            Some(entry) => Ok(Destination {
                url,
                host: text,
                port,
                reach: entry.reach,
            }),
            None => Err(NetworkError::HostNotAllowed {
                host: text.to_owned(),
                port,
            }),
        }
    }
}

impl AllowEntry {
    /// Creates an entry for a host and port; without a port it is 80.
    pub fn new(authority: &str, reach: Reach) -> Result<Self, EntrySyntax> {
        let url = Url::parse(&format!("http://{authority}")).map_err(|_| EntrySyntax)?;
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let is_anonymous = url.username().is_empty() && url.password().is_none();
        if !is_bare || !is_anonymous || authority.ends_with(['/', '\\']) {
            return Err(EntrySyntax);
        }
        let host = url.host().ok_or(EntrySyntax)?.to_owned();
        let port = url.port_or_known_default().ok_or(EntrySyntax)?;
        Ok(Self { host, port, reach })
    }

    fn covers(&self, host: &Host<&str>, port: u16) -> bool {
        let same = match (&self.host, host) {
            (Host::Domain(mine), Host::Domain(theirs)) => mine == theirs,
            (Host::Ipv4(mine), Host::Ipv4(theirs)) => mine == theirs,
            (Host::Ipv6(mine), Host::Ipv6(theirs)) => mine == theirs,
            _ => false,
        };
        same && self.port == port
    }
}

impl Destination<'_> {
    /// Says whether the host may be talked to at that address.
    pub(super) fn may_be_at(&self, address: SocketAddr) -> bool {
        self.reach == Reach::Private || is_public(address.ip())
    }
}

fn bare(host: &str) -> &str {
    host.strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(entries: &[&str], url: &str) -> bool {
        let entry = |text: &&str| AllowEntry::new(text, Reach::Public).unwrap();
        let policy = NetworkPolicy::new(entries.iter().map(entry).collect());
        policy.admit(&Url::parse(url).unwrap()).is_ok()
    }

    #[test]
    fn the_host_and_port_count_after_parsing() {
        let list = ["allowed.host", "other.host:8000", "[::1]:80", "10.0.0.1"];
        for good in [
            "http://allowed.host",
            "http://ALLOWED.host:80/path?query",
            "http://other.host:8000/",
            "http://[::1]/",
            "http://[0:0::1]/",
            "http://10.0.0.1/",
            "http://0xa.1/",
        ] {
            assert!(admits(&list, good), "{good}");
        }
        for bad in [
            "http://evil/?x=allowed.host",
            "http://evil/allowed.host",
            "http://evil#allowed.host",
            "http://allowed.host.evil/",
            "http://evil.allowed.host/",
            "http://notallowed.host/",
            "http://allowed.host:8000/",
            "http://other.host/",
            "http://allowed.host@evil/",
            "http://evil\\@allowed.host/",
            "http://user@allowed.host/",
            "http://allowed.host./",
            "https://allowed.host/",
            "ftp://allowed.host/",
            "file:///etc/passwd",
            "data:text/plain,allowed.host",
        ] {
            assert!(!admits(&list, bad), "{bad}");
        }
    }

    #[test]
    fn an_entry_is_a_host_and_a_port_and_nothing_more() {
        for wrong in [
            "", "a/b", "a/", "a\\", "user@a", "a?b", "a#b", "a:99999", ":80",
        ] {
            let entry = AllowEntry::new(wrong, Reach::Public);
            assert_eq!(entry, Err(EntrySyntax), "{wrong:?}");
        }
    }

    #[test]
    fn a_public_host_is_not_talked_to_at_a_private_address() {
        let allowed = vec![AllowEntry::new("a", Reach::Public).unwrap()];
        let policy = NetworkPolicy::new(allowed);
        let url = Url::parse("http://a/").unwrap();
        let destination = policy.admit(&url).unwrap();
        assert!(!destination.may_be_at("127.0.0.1:80".parse().unwrap()));
        assert!(destination.may_be_at("1.1.1.1:80".parse().unwrap()));
    }
}
