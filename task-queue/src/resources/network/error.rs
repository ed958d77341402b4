//! How the network says no.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

/// Why a request was not answered.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// The text is no absolute URL.
    #[error("not a URL: {0}")]
    Url(#[from] url::ParseError),
    /// The URL asks for something other than HTTP.
    #[error("`{scheme}` URLs are not supported: use `http` or `https`")]
    Scheme {
        /// What it asks for.
        scheme: String,
    },
    /// The URL carries a user name or a password.
    #[error("a URL with a user name or a password is not allowed")]
    Credentials,
    /// The method is none of those that ask for something.
    #[error("the method `{method}` is not supported")]
    Method {
        /// The method; of a very long one the beginning.
        method: String,
    },
    /// The header field is not for the asker to set.
    #[error("permission denied: the header `{name}` is not for you to set")]
    HeaderNotAllowed {
        /// The field.
        name: String,
    },
    /// The header field is none.
    #[error("the header `{name}` is malformed")]
    BadHeader {
        /// The field; of a very long one the beginning.
        name: String,
    },
    /// There are too many header fields, or they are too long.
    #[error("the headers are larger than the {max} bytes allowed")]
    TooManyHeaders {
        /// How large they may be.
        max: usize,
    },
    /// The host and port are not on the list.
    #[error("permission denied: {host}:{port} is not an allowed host")]
    HostNotAllowed {
        /// The host.
        host: String,
        /// The port.
        port: u16,
    },
    /// The host's name leads to addresses inside, and the list does not say that it may.
    #[error("permission denied: {host} leads to a private address")]
    PrivateAddress {
        /// The host.
        host: String,
    },
    /// The host has no address.
    #[error("{host} cannot be found")]
    Unresolved {
        /// The host.
        host: String,
        /// What the resolver says.
        source: Arc<io::Error>,
    },
    /// Too many requests were made in the last minute.
    #[error("rate limit exceeded: {per_minute} requests a minute are allowed")]
    RateLimited {
        /// How many are allowed.
        per_minute: u32,
    },
    /// Too many requests are under way.
    #[error("too many requests at once: {max} are allowed")]
    TooManyAtOnce {
        /// How many are allowed.
        max: usize,
    },
    /// The answers lead from one place to the next without an end.
    #[error("more than {max} redirects")]
    TooManyRedirects {
        /// How many are followed.
        max: u32,
    },
    /// A redirect does not say where to.
    #[error("a redirect without a valid target")]
    BadRedirect,
    /// A redirect leads from `https` to `http`.
    #[error("permission denied: a redirect from `https` to `http` is not followed")]
    Downgrade,
    /// The data to be sent is too large.
    #[error("a body of {bytes} bytes is larger than the {max} allowed")]
    RequestTooLarge {
        /// How large it is.
        bytes: usize,
        /// How large it may be.
        max: usize,
    },
    /// The answer is too large.
    #[error("the answer is larger than the {max} bytes allowed")]
    ResponseTooLarge {
        /// How large it may be.
        max: u64,
    },
    /// The answer did not come in time.
    #[error("{stage} took longer than the {limit:?} allowed")]
    TimedOut {
        /// What was waited for.
        stage: Stage,
        /// How long it may take.
        limit: Duration,
    },
    /// What was to be streamed is not there, or not to be had.
    #[error("the server answered with status {status}")]
    Status {
        /// The HTTP status.
        status: u16,
    },
    /// The exchange with the server has failed.
    #[error("the exchange with {host} has failed: {source}")]
    Exchange {
        /// The host.
        host: String,
        /// What has failed.
        source: ExchangeError,
    },
}

/// What a request waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The host being found, and the connection.
    Connecting,
    /// The beginning of the answer.
    Answering,
    /// More of an answer that has begun.
    Pausing,
    /// The whole of it, redirects included.
    Everything,
}

/// What has failed between us and a server.
#[derive(Debug, Error)]
pub enum ExchangeError {
    /// No connection was made.
    #[error("no connection")]
    Connect(#[source] reqwest::Error),
    /// The server is not believed to be who it says it is.
    #[error("no trust: {reason}")]
    Trust {
        /// What is wrong with its certificate, or with how it speaks TLS.
        reason: rustls::Error,
    },
    /// The server does not speak HTTP, or has stopped to.
    #[error("not HTTP")]
    Protocol(#[source] reqwest::Error),
}

impl ExchangeError {
    /// Finds out what the HTTP client means. It forgets the URL, which may hold a secret.
    pub(super) fn of(error: reqwest::Error) -> Self {
        let error = error.without_url();
        if let Some(reason) = distrust(&error) {
            return Self::Trust { reason };
        }
        if error.is_connect() {
            Self::Connect(error)
        } else {
            Self::Protocol(error)
        }
    }
}

/// Finds what TLS has to say. An `io::Error` hides what it was made of from those who ask for sources.
fn distrust(error: &(dyn Error + 'static)) -> Option<rustls::Error> {
    let mut next = Some(error);
    while let Some(reason) = next {
        if let Some(tls) = reason.downcast_ref::<rustls::Error>() {
            return Some(tls.clone());
        }
        let inner = reason
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner),
            None => reason.source(),
        };
    }
    None
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connecting => "connecting",
            Self::Answering => "beginning to answer",
            Self::Pausing => "a pause in the answer",
            Self::Everything => "the answer",
        })
    }
}
