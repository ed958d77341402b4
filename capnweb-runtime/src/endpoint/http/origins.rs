//! Which web pages may connect.

use std::fmt;
use std::sync::Arc;

use http::header::{HOST, HeaderName, ORIGIN};
use http::uri::Authority;
use http::{HeaderMap, Request};

/// Which web pages may connect to an endpoint.
///
/// A browser lets every page open a WebSocket to every server it can reach, also to one on the
/// user's own machine or behind her firewall; it names the page's origin, and leaves it to the
/// server to refuse. What names no origin is no browser, and is always let in: this keeps pages
/// from borrowing their reader's place in the network, and is no substitute for a secret.
#[derive(Clone)]
pub struct Origins(Rule);

#[derive(Clone)]
enum Rule {
    Same,
    Any,
    List(Arc<[String]>),
    Matching(Arc<Predicate>),
}

type Predicate = dyn Fn(&str) -> bool + Send + Sync;

/// Which names an endpoint answers to.
#[derive(Debug, Clone)]
pub(in crate::endpoint) enum Hosts {
    Any,
    These(Arc<[String]>),
}

impl Origins {
    /// Admits pages that come from the endpoint's own host and port: the default.
    ///
    /// Behind a proxy this needs the `Host` header as the browser wrote it. A page of a name that was
    /// pointed at this machine after it was loaded (DNS rebinding) is of the same origin, too: where
    /// that matters, as it does on loopback addresses, say by which names the endpoint goes
    /// ([`Server::hosts`](crate::Server::hosts)).
    pub const fn same() -> Self {
        Self(Rule::Same)
    }

    /// Admits every page there is: for what anybody may have.
    pub const fn any() -> Self {
        Self(Rule::Any)
    }

    /// Admits pages of exactly these origins, each written as browsers do: `https://example.org`, or
    /// `http://localhost:5173` where the port is not the scheme's own. The endpoint's own origin is
    /// admitted if it is among them.
    pub fn list(origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(Rule::List(origins.into_iter().map(Into::into).collect()))
    }

    /// Admits pages of the origins that `admits` says yes to. A page without an origin of its own,
    /// such as one from a file, is called `null`.
    pub fn matching(admits: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self(Rule::Matching(Arc::new(admits)))
    }

    /// Returns whether whoever sent a request may have it answered.
    pub(super) fn admits<B>(&self, request: &Request<B>) -> bool {
        let mut origins = request.headers().get_all(ORIGIN).iter();
        origins.all(|origin| {
            origin
                .to_str()
                .is_ok_and(|origin| self.admits_origin(origin, request))
        })
    }

    /// Returns whether it makes no difference where a page comes from.
    pub(super) const fn is_any(&self) -> bool {
        matches!(self.0, Rule::Any)
    }

    fn admits_origin<B>(&self, origin: &str, request: &Request<B>) -> bool {
        match &self.0 {
            Rule::Any => true,
            Rule::Same => host(request).is_some_and(|host| is_same(origin, &host)),
            Rule::List(list) => list.iter().any(|listed| {
                let listed = listed.strip_suffix('/').unwrap_or(listed);
                listed.eq_ignore_ascii_case(origin)
            }),
            Rule::Matching(admits) => admits(origin),
        }
    }
}

impl Hosts {
    /// Returns whether a request is meant for this endpoint.
    pub(super) fn admit<B>(&self, request: &Request<B>) -> bool {
        match self {
            Self::Any => true,
            Self::These(names) => host(request).is_some_and(|host| {
                let asked = host.host();
                names.iter().any(|name| name.eq_ignore_ascii_case(asked))
            }),
        }
    }
}

/// Returns the host and the port that a request was sent to, if it says so once.
fn host<B>(request: &Request<B>) -> Option<Authority> {
    match sole(request.headers(), &HOST) {
        Some(host) => host.parse().ok(),
        None if request.headers().contains_key(HOST) => None,
        None => request.uri().authority().cloned(),
    }
}

/// Returns the value of a header that may be there only once.
fn sole<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    if values.next().is_some() {
        return None;
    }
    value.to_str().ok()
}

/// Returns whether a page of `origin` comes from `host`. A host without a port has the one of the
/// page's scheme: a proxy that ends TLS hides the endpoint's own.
fn is_same(origin: &str, host: &Authority) -> bool {
    let Some((scheme, authority)) = origin.split_once("://") else {
        return false;
    };
    let default = match scheme {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    };
    let Ok(authority) = authority.parse::<Authority>() else {
        return false;
    };
    let port = |authority: &Authority| authority.port_u16().or(default);
    authority.host().eq_ignore_ascii_case(host.host()) && port(&authority) == port(host)
}

impl Default for Origins {
    fn default() -> Self {
        Self::same()
    }
}

impl fmt::Debug for Origins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Rule::Same => f.write_str("Origins::same()"),
            Rule::Any => f.write_str("Origins::any()"),
            Rule::List(list) => f.debug_tuple("Origins::list").field(list).finish(),
            Rule::Matching(_) => f.write_str("Origins::matching(..)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::{Hosts, Origins};

    fn request(host: &str, origins: &[&str]) -> Request<()> {
        let mut request = Request::builder().uri("/");
        if !host.is_empty() {
            request = request.header("host", host);
        }
        for origin in origins {
            request = request.header("origin", *origin);
        }
        request.body(()).unwrap()
    }

    fn same(host: &str, origin: &str) -> bool {
        Origins::same().admits(&request(host, &[origin]))
    }

    /// The fault: a page from elsewhere is let in because its origin looks like the host, or the
    /// endpoint's own page is not because it is written otherwise.
    #[test]
    fn the_same_origin_is_the_same_host_and_port() {
        for (host, origin) in [
            ("example.org", "https://example.org"),
            ("example.org", "http://example.org"),
            ("Example.org:443", "https://example.org"),
            ("example.org", "https://EXAMPLE.org:443"),
            ("127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("[::1]:8080", "http://[::1]:8080"),
        ] {
            assert!(same(host, origin), "{origin} at {host}");
        }
        for (host, origin) in [
            ("example.org", "https://evil.example"),
            ("example.org", "https://example.org.evil.example"),
            ("example.org", "https://example.org:8443"),
            ("example.org:8443", "https://example.org"),
            ("example.org:80", "https://example.org"),
            ("127.0.0.1:8080", "http://localhost:8080"),
            ("example.org", "null"),
            ("example.org", "example.org"),
            ("example.org", "https://example.org/"),
            ("example.org", ""),
            ("", "https://example.org"),
        ] {
            assert!(!same(host, origin), "{origin} at {host}");
        }
    }

    #[test]
    fn every_origin_that_is_named_must_be_admitted() {
        let both = ["https://example.org", "https://evil.example"];
        assert!(!Origins::same().admits(&request("example.org", &both)));
        assert!(Origins::any().admits(&request("example.org", &both)));
        assert!(Origins::same().admits(&request("example.org", &[])));
        let mut twice = request("example.org", &["https://example.org"]);
        twice
            .headers_mut()
            .append("host", "evil.example".parse().unwrap());
        assert!(!Origins::same().admits(&twice), "two hosts");
    }

    #[test]
    fn a_list_admits_what_is_on_it() {
        let list = Origins::list(["https://app.example/", "http://localhost:5173"]);
        let admits = |origin| list.admits(&request("api.example", &[origin]));
        assert!(admits("https://app.example"));
        assert!(admits("http://localhost:5173"));
        assert!(!admits("http://app.example"));
        assert!(!admits("http://localhost"));
        assert!(!admits("https://api.example"), "its own is not listed");
        assert!(!admits("null"));
    }

    /// The fault: a name that an attacker points at this machine makes pages of hers our own.
    #[test]
    fn an_endpoint_may_know_its_names() {
        let hosts = Hosts::These(["localhost".to_owned(), "[::1]".to_owned()].into());
        for host in ["localhost", "LOCALHOST:8080", "[::1]:8080"] {
            assert!(hosts.admit(&request(host, &[])), "{host}");
        }
        for host in ["evil.example:8080", "localhost.evil.example", "", "::1"] {
            assert!(!hosts.admit(&request(host, &[])), "{host}");
        }
        assert!(Hosts::Any.admit(&request("", &[])));
    }
}
