//! Who may be talked to: a host, a port, and where that host may be.

use std::fmt;

use thiserror::Error;
use url::{Host, Url};

/// A host and a port that may be talked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowEntry {
    /// The one scheme that is allowed, if only one is.
    scheme: Option<Scheme>,
    host: Host,
    /// Without one it is the scheme's own.
    port: Option<u16>,
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
#[error(
    "not a host with an optional port, such as `example.org`, `127.0.0.1:8000` or \
     `https://example.org`"
)]
pub struct EntrySyntax;

/// What is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    Http,
    Https,
}

impl AllowEntry {
    /// Creates an entry of a host, a port and a scheme, such as `https://example.org:8443`.
    ///
    /// Without a port it is the usual one: 80 for `http`, 443 for `https`. Without a scheme it is
    /// either.
    ///
    /// # Errors
    ///
    /// If the text is anything else, or more than that: a path, a user name, another scheme.
    pub fn new(text: &str, reach: Reach) -> Result<Self, EntrySyntax> {
        let (scheme, authority) = split(text);
        if authority.contains(['/', '\\', '?', '#', '@']) {
            return Err(EntrySyntax);
        }
        let at = |scheme| Url::parse(&format!("{scheme}://{authority}")).map_err(|_| EntrySyntax);
        let (url, safe) = (at("http")?, at("https")?);
        // Each of the two hides the port that is its own: 80 shows in the other.
        let port = url.port().or(safe.port());
        let host = url.host().ok_or(EntrySyntax)?.to_owned();
        Ok(Self {
            scheme,
            host,
            port,
            reach,
        })
    }

    /// Returns where the host may be.
    pub const fn reach(&self) -> Reach {
        self.reach
    }

    pub(super) fn covers(&self, scheme: Scheme, host: &Host<&str>, port: u16) -> bool {
        let same = match (&self.host, host) {
            (Host::Domain(mine), Host::Domain(theirs)) => mine == theirs,
            (Host::Ipv4(mine), Host::Ipv4(theirs)) => mine == theirs,
            (Host::Ipv6(mine), Host::Ipv6(theirs)) => mine == theirs,
            _ => false,
        };
        same && self.scheme.is_none_or(|mine| mine == scheme)
            && self.port.unwrap_or(scheme.port()) == port
    }
}

impl fmt::Display for AllowEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.scheme {
            Some(Scheme::Http) => f.write_str("http://")?,
            Some(Scheme::Https) => f.write_str("https://")?,
            None => {}
        }
        write!(f, "{}", self.host)?;
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

impl Scheme {
    pub(super) fn of(url: &Url) -> Option<Self> {
        match url.scheme() {
            "http" => Some(Self::Http),
            "https" => Some(Self::Https),
            _ => None,
        }
    }

    const fn port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

fn split(text: &str) -> (Option<Scheme>, &str) {
    if let Some(authority) = text.strip_prefix("http://") {
        return (Some(Scheme::Http), authority);
    }
    match text.strip_prefix("https://") {
        Some(authority) => (Some(Scheme::Https), authority),
        None => (None, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(entry: &str, url: &str) -> bool {
        let url = Url::parse(url).unwrap();
        let entry = AllowEntry::new(entry, Reach::Public).unwrap();
        let scheme = Scheme::of(&url).unwrap();
        let port = url.port_or_known_default().unwrap();
        entry.covers(scheme, &url.host().unwrap(), port)
    }

    #[test]
    fn an_entry_without_a_port_means_the_usual_one_of_either_scheme() {
        assert!(covers("a", "http://a/"));
        assert!(covers("a", "https://a/"));
        assert!(!covers("a", "http://a:443/"));
        assert!(!covers("a", "https://a:80/"));
        assert!(!covers("a", "https://a:8443/"));
    }

    #[test]
    fn an_entry_with_a_port_means_that_one_and_no_other() {
        assert!(covers("a:80", "http://a/"));
        assert!(covers("a:443", "https://a/"));
        assert!(covers("a:80", "https://a:80/"));
        assert!(
            !covers("a:80", "https://a/"),
            "80 was written, and 443 came"
        );
        assert!(!covers("a:443", "http://a/"));
    }

    #[test]
    fn an_entry_with_a_scheme_means_that_one_only() {
        assert!(covers("https://a", "https://a/"));
        assert!(!covers("https://a", "http://a/"));
        assert!(!covers("http://a", "https://a/"));
        assert!(!covers("https://a:80", "http://a:80/"));
    }

    #[test]
    fn an_entry_is_a_host_and_a_port_and_nothing_more() {
        for wrong in [
            "",
            "a/b",
            "a/",
            "a\\",
            "user@a",
            "@a",
            "a?b",
            "a#b",
            "a:99999",
            ":80",
            "ftp://a",
            "https://",
            "https://a/",
            "https://a/b",
            "//a",
            "http://https://a",
        ] {
            let entry = AllowEntry::new(wrong, Reach::Public);
            assert_eq!(entry, Err(EntrySyntax), "{wrong:?}");
        }
    }
}
