//! What somebody asks for, and what of it is sent.

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::resources::network::error::NetworkError;
use crate::resources::network::policy::NetworkPolicy;

/// A request as somebody asks for it, to be looked at before anything is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// The method; nothing is `GET`. Case does not count.
    pub method: String,
    /// Where to.
    pub url: String,
    /// Header fields. Those that say who asks, where, how long the body is and how it travels are
    /// not for the asker to say, and refused.
    pub headers: Vec<(String, String)>,
    /// What is sent.
    pub body: Bytes,
}

/// A request that may be sent.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) method: Method,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Request {
    /// Creates a request that gets what is at a URL.
    pub fn get(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            ..Self::default()
        }
    }

    /// Returns whether it only reads: a `GET` or a `HEAD` that sends nothing.
    pub fn only_reads(&self) -> bool {
        let reads = ["", "GET", "HEAD"];
        let reads = reads
            .iter()
            .any(|name| self.method.eq_ignore_ascii_case(name));
        reads && self.body.is_empty()
    }

    /// Looks at everything but the URL.
    pub(super) fn checked(self, policy: &NetworkPolicy) -> Result<Message, NetworkError> {
        let (bytes, max) = (self.body.len(), policy.request_bytes);
        if bytes > max {
            return Err(NetworkError::RequestTooLarge { bytes, max });
        }
        Ok(Message {
            method: method(&self.method)?,
            headers: headers(&self.headers, policy.header_bytes)?,
            body: self.body,
        })
    }
}

impl Message {
    /// Makes it what follows a redirect that does not keep the method, as every browser does.
    pub(super) fn without_body(&mut self) {
        if self.method != Method::HEAD {
            self.method = Method::GET;
        }
        self.body = Bytes::new();
        for name in [
            reqwest::header::CONTENT_TYPE,
            reqwest::header::CONTENT_ENCODING,
        ] {
            self.headers.remove(name);
        }
    }

    /// Makes it what somebody else may see than whom it was meant for: without whatever the asker
    /// has added, which may be secret, but for how the answer and the body are written.
    pub(super) fn for_others(&mut self) {
        let headers = std::mem::take(&mut self.headers);
        for name in HARMLESS {
            if let Some(value) = headers.get(name) {
                self.headers.insert(name, value.clone());
            }
        }
    }
}

fn method(name: &str) -> Result<Method, NetworkError> {
    let name = if name.is_empty() { "GET" } else { name };
    let known = METHODS
        .iter()
        .find(|known| known.as_str().eq_ignore_ascii_case(name));
    known.cloned().ok_or_else(|| NetworkError::Method {
        method: brief(name),
    })
}

fn headers(fields: &[(String, String)], max: usize) -> Result<HeaderMap, NetworkError> {
    let size = |(name, value): &(String, String)| name.len().saturating_add(value.len());
    let bytes = fields.iter().map(size).fold(0, usize::saturating_add);
    if bytes > max || fields.len() > MAX_FIELDS {
        return Err(NetworkError::TooManyHeaders { max });
    }
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        let (name, value) = field(name, value)?;
        headers.append(name, value);
    }
    Ok(headers)
}

fn field(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), NetworkError> {
    let malformed = || NetworkError::BadHeader { name: brief(name) };
    let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| malformed())?;
    let forbidden = FORBIDDEN.contains(&parsed.as_str())
        || FORBIDDEN_PREFIXES
            .iter()
            .any(|prefix| parsed.as_str().starts_with(prefix));
    if forbidden {
        let name = parsed.as_str().to_owned();
        return Err(NetworkError::HeaderNotAllowed { name });
    }
    let value = HeaderValue::from_str(value).map_err(|_| malformed())?;
    Ok((parsed, value))
}

/// Returns as much of what a peer has sent as an error has room for.
fn brief(text: &str) -> String {
    text.chars().take(64).collect()
}

/// `CONNECT` and `TRACE` are not for asking for something.
const METHODS: [Method; 7] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
];

/// What the client says itself, what says how a message travels, by which one can be taken for two,
/// and what passes for the word of a proxy.
const FORBIDDEN: [&str; 15] = [
    "accept-encoding",
    "connection",
    "content-length",
    "date",
    "expect",
    "forwarded",
    "host",
    "http2-settings",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "x-real-ip",
];
const FORBIDDEN_PREFIXES: [&str; 4] = ["proxy-", "sec-", "x-forwarded-", "x-http-method"];

/// What a server that a redirect leads to may know of a request that was meant for another.
const HARMLESS: [&str; 5] = [
    "accept",
    "accept-language",
    "content-encoding",
    "content-language",
    "content-type",
];

const MAX_FIELDS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(request: Request) -> Result<Message, NetworkError> {
        request.checked(&NetworkPolicy::new(Vec::new()))
    }

    fn with_field(name: &str, value: &str) -> Result<Message, NetworkError> {
        check(Request {
            headers: vec![(name.to_owned(), value.to_owned())],
            ..Request::default()
        })
    }

    fn with_method(name: &str) -> Result<Message, NetworkError> {
        check(Request {
            method: name.to_owned(),
            ..Request::default()
        })
    }

    #[test]
    fn fields_that_are_not_the_askers_are_refused_in_any_case() {
        for name in [
            "Host",
            "HOST",
            "content-Length",
            "Transfer-Encoding",
            "Connection",
            "Proxy-Authorization",
            "Sec-Fetch-Site",
            "X-Forwarded-For",
            "X-HTTP-Method-Override",
            "Accept-Encoding",
        ] {
            let refused = with_field(name, "x").unwrap_err();
            assert!(
                matches!(refused, NetworkError::HeaderNotAllowed { .. }),
                "{name}: {refused}"
            );
        }
        for name in ["Authorization", "Cookie", "X-Api-Key", "If-None-Match"] {
            assert!(with_field(name, "x").is_ok(), "{name}");
        }
    }

    #[test]
    fn no_field_smuggles_another_in() {
        for (name, value) in [
            ("a b", "x"),
            ("", "x"),
            ("x\r\nhost", "x"),
            ("x", "y\r\nHost: evil"),
            ("x", "y\nz"),
            ("x", "\0"),
        ] {
            let refused = with_field(name, value).unwrap_err();
            assert!(
                matches!(refused, NetworkError::BadHeader { .. }),
                "{name:?}: {value:?}: {refused}"
            );
        }
    }

    #[test]
    fn methods_that_ask_for_nothing_are_refused() {
        for name in [
            "CONNECT",
            "TRACE",
            "PRI",
            "GET /evil HTTP/1.1\r\n",
            "ＧＥＴ",
        ] {
            let refused = with_method(name).unwrap_err();
            assert!(matches!(refused, NetworkError::Method { .. }), "{name}");
        }
        assert_eq!(with_method("").unwrap().method, Method::GET);
        assert_eq!(with_method("delete").unwrap().method, Method::DELETE);
    }

    #[test]
    fn only_what_neither_writes_nor_sends_reads() {
        let with = |method: &str, body: &'static str| Request {
            method: method.to_owned(),
            body: Bytes::from_static(body.as_bytes()),
            ..Request::default()
        };
        assert!(with("", "").only_reads());
        assert!(with("head", "").only_reads());
        assert!(!with("GET", "x").only_reads());
        assert!(!with("POST", "").only_reads());
        assert!(!with("OPTIONS", "").only_reads());
    }

    #[test]
    fn fields_are_limited_in_number_and_size() {
        let field = |value: &str| ("x".to_owned(), value.to_owned());
        let request = |headers| Request {
            headers,
            ..Request::default()
        };
        assert!(check(request(vec![field("y"); 64])).is_ok());
        assert!(check(request(vec![field(&"y".repeat((16 << 10) - 1))])).is_ok());
        for too_much in [
            request(vec![field("y"); 65]),
            request(vec![field(&"y".repeat(16 << 10))]),
        ] {
            let refused = check(too_much).unwrap_err();
            assert!(matches!(refused, NetworkError::TooManyHeaders { .. }));
        }
    }
}
