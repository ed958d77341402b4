//! Who may be talked to, how often, for how long and about how much.

use std::net::IpAddr;
use std::time::Duration;

use url::{Host, Url};

use crate::resources::network::address::is_public;
use crate::resources::network::entry::{AllowEntry, Reach, Scheme};
use crate::resources::network::error::NetworkError;
use crate::resources::network::trust::RootCertificate;

/// Who may be talked to, how often, for how long and about how much.
///
/// What is over a limit is refused, or cut off, with an error that names the limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkPolicy {
    /// Who may be talked to; nobody else may.
    pub allowed: Vec<AllowEntry>,
    /// Who may vouch for `https` servers, besides the authorities that browsers trust.
    pub roots: Vec<RootCertificate>,
    /// Requests a minute, each hop of a redirect being one. Default 60.
    pub requests_per_minute: u32,
    /// Requests under way at once, streams that are being read included. Default 64.
    pub concurrent: usize,
    /// How long it may take to find a host and to connect to it. Default 10 seconds.
    pub connect_limit: Duration,
    /// How long a server may take until it begins to answer, connecting included. Default 20 seconds.
    pub answer_limit: Duration,
    /// How long an answer that has begun may pause. Default 10 seconds.
    pub stall_limit: Duration,
    /// How long an answer may take, redirects included. Default 30 seconds.
    pub time_limit: Duration,
    /// How long an answer may take whose body is handed on as a stream, once it has begun, the time
    /// of the reader included. Default 15 minutes.
    pub stream_limit: Duration,
    /// Bytes of an answer's body. Default a megabyte.
    pub response_bytes: usize,
    /// Bytes of a body that is handed on as a stream. Default a gigabyte.
    pub stream_bytes: u64,
    /// Bytes of the data that is sent. Default a megabyte.
    pub request_bytes: usize,
    /// Bytes of the header fields that somebody may add to a request. Default 16,384.
    pub header_bytes: usize,
    /// How many redirects are followed. Default 5.
    pub redirects: u32,
}

/// Where a request goes, once that is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Destination<'a> {
    pub(super) url: &'a Url,
    /// The host as text, without the brackets of an IPv6 address.
    pub(super) host: &'a str,
    pub(super) scheme: Scheme,
    pub(super) reach: Reach,
}

impl NetworkPolicy {
    /// Creates a policy that allows those and has the usual limits.
    pub const fn new(allowed: Vec<AllowEntry>) -> Self {
        Self {
            allowed,
            roots: Vec::new(),
            requests_per_minute: 60,
            concurrent: 64,
            connect_limit: Duration::from_secs(10),
            answer_limit: Duration::from_secs(20),
            stall_limit: Duration::from_secs(10),
            time_limit: Duration::from_secs(30),
            stream_limit: Duration::from_mins(15),
            response_bytes: 1 << 20,
            stream_bytes: 1 << 30,
            request_bytes: 1 << 20,
            header_bytes: 16 << 10,
            redirects: 5,
        }
    }

    /// Says whether a request may go there.
    ///
    /// An address that is written out is looked at here, a name when it is resolved.
    pub(super) fn admit<'a>(&self, url: &'a Url) -> Result<Destination<'a>, NetworkError> {
        let scheme = Scheme::of(url).ok_or_else(|| NetworkError::Scheme {
            scheme: url.scheme().to_owned(),
        })?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(NetworkError::Credentials);
        }
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(url::ParseError::EmptyHost.into());
        };
        let text = unbracketed(url.host_str().unwrap_or_default());
        let entry = self
            .allowed
            .iter()
            .find(|entry| entry.covers(scheme, &host, port))
            .ok_or_else(|| NetworkError::HostNotAllowed {
                host: text.to_owned(),
                port,
            })?;
        let reach = entry.reach();
        if literal(&host).is_some_and(|address| !reach.includes(address)) {
            let host = text.to_owned();
            return Err(NetworkError::PrivateAddress { host });
        }
        Ok(Destination {
            url,
            host: text,
            scheme,
            reach,
        })
    }
}

impl Reach {
    /// Says whether a host may be talked to at that address.
    pub(super) fn includes(self, address: IpAddr) -> bool {
        self == Self::Private || is_public(address)
    }
}

fn literal(host: &Host<&str>) -> Option<IpAddr> {
    match host {
        Host::Ipv4(address) => Some((*address).into()),
        Host::Ipv6(address) => Some((*address).into()),
        Host::Domain(_) => None,
    }
}

fn unbracketed(host: &str) -> &str {
    host.strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(entries: &[&str]) -> NetworkPolicy {
        let entry = |text: &&str| AllowEntry::new(text, Reach::Public).unwrap();
        NetworkPolicy::new(entries.iter().map(entry).collect())
    }

    fn admits(policy: &NetworkPolicy, url: &str) -> bool {
        policy.admit(&Url::parse(url).unwrap()).is_ok()
    }

    #[test]
    fn the_host_and_port_count_after_parsing() {
        let policy = policy(&[
            "allowed.host",
            "other.host:8000",
            "[2606:4700::1111]:80",
            "1.1.1.1",
            "https://safe.host",
        ]);
        for good in [
            "http://allowed.host",
            "https://allowed.host",
            "http://ALLOWED.host:80/path?query",
            "http://other.host:8000/",
            "http://[2606:4700::1111]/",
            "http://[2606:4700:0:0::1111]/",
            "http://1.1.1.1/",
            "http://0x1.1.1.1/",
            "https://safe.host/",
        ] {
            assert!(admits(&policy, good), "{good}");
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
            "http://:secret@allowed.host/",
            "http://allowed.host./",
            "https://allowed.host:80/",
            "http://safe.host/",
            "ftp://allowed.host/",
            "file:///etc/passwd",
            "data:text/plain,allowed.host",
        ] {
            assert!(!admits(&policy, bad), "{bad}");
        }
    }

    /// Whatever a list says: what it allows to be public is not talked to inside, however the
    /// address is written.
    #[test]
    fn no_spelling_of_an_address_leads_inside() {
        let policy = policy(&[
            "127.0.0.1",
            "10.0.0.1",
            "169.254.169.254",
            "[::1]",
            "[::ffff:7f00:1]",
        ]);
        for inside in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://0x7f.1/",
            "http://0x7f000001/",
            "http://2130706433/",
            "http://017700000001/",
            "http://0177.0.0.1/",
            "http://127.0.0.1./",
            "http://%31%32%37.0.0.1/",
            "http://①②⑦.0.0.1/",
            "http://10.1/",
            "http://0xa9fea9fe/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[0:0:0:0:0:ffff:7f00:1]/",
        ] {
            let url = Url::parse(inside).unwrap();
            let refused = policy.admit(&url).unwrap_err();
            assert!(
                matches!(refused, NetworkError::PrivateAddress { .. }),
                "{inside}: {refused}"
            );
        }
    }

    #[test]
    fn a_public_host_is_not_talked_to_at_a_private_address() {
        assert!(!Reach::Public.includes([127, 0, 0, 1].into()));
        assert!(Reach::Public.includes([1, 1, 1, 1].into()));
        assert!(Reach::Private.includes([127, 0, 0, 1].into()));
    }
}
