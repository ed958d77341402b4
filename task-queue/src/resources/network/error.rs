//! How the network says no.

use std::io;
use std::time::Duration;

use thiserror::Error;

/// Why a request was not answered.
#[derive(Debug, Error)]
pub enum NetworkError {
    /// The text is no absolute URL.
    #[error("not a URL: {0}")]
    Url(#[from] url::ParseError),
    /// The URL asks for something other than HTTP.
    #[error("`{scheme}` URLs are not supported: use `http`")]
    Scheme {
        /// What it asks for.
        scheme: String,
    },
    /// The URL carries a user name or a password.
    #[error("a URL with a user name or a password is not allowed")]
    Credentials,
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
        source: io::Error,
    },
    /// Too many requests were made in the last minute.
    #[error("rate limit exceeded: {per_minute} requests a minute are allowed")]
    RateLimited {
        /// How many are allowed.
        per_minute: u32,
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
        max: usize,
    },
    /// The answer did not come in time.
    #[error("no answer within {limit:?}")]
    TimedOut {
        /// How long it may take, redirects included.
        limit: Duration,
    },
    /// The exchange with the server has failed.
    #[error("the exchange with {host} has failed")]
    Exchange {
        /// The host.
        host: String,
        /// What has failed.
        source: ExchangeError,
    },
}

/// What has failed between us and a server.
#[derive(Debug, Error)]
pub enum ExchangeError {
    /// No connection was made.
    #[error("no connection")]
    Connect(#[from] io::Error),
    /// The server does not speak HTTP, or has stopped to.
    #[error("not HTTP")]
    Protocol(#[from] hyper::Error),
    /// The request cannot be written.
    #[error("not a request")]
    Request(#[from] hyper::http::Error),
}
