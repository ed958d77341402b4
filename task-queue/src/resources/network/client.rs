//! The network as its users see it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use hyper::{Method, StatusCode};
use serde_json::Value;
use url::Url;

use crate::clock::Clock;
use crate::resources::network::bucket::TokenBucket;
use crate::resources::network::error::NetworkError;
use crate::resources::network::exchange::{Answer, Message, exchange};
use crate::resources::network::policy::{Destination, NetworkPolicy};
use crate::resources::network::resolve::{Resolve, SystemResolver};

/// HTTP within a policy; clones share its rate limit and its counters.
///
/// Every hop of a redirect is checked like the first request: the host and port against the list,
/// the resolved address against what is private; and the connection goes to the address that was
/// checked, so that a name that changes its mind in between gains nothing.
#[derive(Debug, Clone)]
pub struct NetworkClient(Arc<Inner>);

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Where the answer comes from, after redirects.
    pub url: String,
    /// The body; bytes that are no UTF-8 are replaced.
    pub body: String,
}

/// What a network has done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NetworkStats {
    /// Requests that were made, each hop of a redirect being one.
    pub request_count: u64,
    /// Requests a minute that are allowed.
    pub rate_limit: u32,
}

#[derive(Debug)]
struct Inner {
    policy: NetworkPolicy,
    resolver: Box<dyn Resolve>,
    clock: Arc<dyn Clock>,
    meter: Mutex<Meter>,
}

#[derive(Debug)]
struct Meter {
    bucket: TokenBucket,
    requests: u64,
}

impl NetworkClient {
    /// Creates a client that asks the operating system for addresses.
    pub fn new(policy: NetworkPolicy, clock: Arc<dyn Clock>) -> Self {
        Self::with_resolver(policy, clock, SystemResolver)
    }

    /// Creates a client that asks that resolver for addresses.
    pub fn with_resolver(
        policy: NetworkPolicy,
        clock: Arc<dyn Clock>,
        resolver: impl Resolve,
    ) -> Self {
        let bucket = TokenBucket::full(policy.requests_per_minute, clock.now());
        let requests = 0;
        Self(Arc::new(Inner {
            policy,
            resolver: Box::new(resolver),
            clock,
            meter: Mutex::new(Meter { bucket, requests }),
        }))
    }

    /// Gets what is at a URL.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the connection; the server may have seen the request.
    pub async fn fetch(&self, url: &str) -> Result<Response, NetworkError> {
        let message = Message {
            method: Method::GET,
            json: Bytes::new(),
        };
        self.0.ask(url, message).await
    }

    /// Posts data as JSON to a URL.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the connection; the server may have seen the request.
    pub async fn post(&self, url: &str, data: &Value) -> Result<Response, NetworkError> {
        let json = Bytes::from(data.to_string());
        let (bytes, max) = (json.len(), self.0.policy.request_bytes);
        if bytes > max {
            return Err(NetworkError::RequestTooLarge { bytes, max });
        }
        let method = Method::POST;
        self.0.ask(url, Message { method, json }).await
    }

    /// Returns what was done so far.
    pub fn stats(&self) -> NetworkStats {
        let meter = self.0.meter.lock().unwrap_or_else(PoisonError::into_inner);
        NetworkStats {
            request_count: meter.requests,
            rate_limit: meter.bucket.per_minute(),
        }
    }
}

impl Inner {
    async fn ask(&self, url: &str, message: Message) -> Result<Response, NetworkError> {
        let limit = self.policy.time_limit;
        // On the heap: a client's future is small however much HTTP there is inside.
        let asking = Box::pin(self.follow(Url::parse(url)?, message));
        match tokio::time::timeout(limit, asking).await {
            Ok(outcome) => outcome,
            Err(_) => Err(NetworkError::TimedOut { limit }),
        }
    }

    async fn follow(&self, mut url: Url, mut message: Message) -> Result<Response, NetworkError> {
        let max = self.policy.redirects;
        for _ in 0..=max {
            let answer = self.hop(&url, message.clone()).await?;
            if !is_redirect(answer.status) {
                return Ok(response(&url, answer));
            }
            let location = answer
                .location
                .as_deref()
                .ok_or(NetworkError::BadRedirect)?;
            url = url.join(location).map_err(|_| NetworkError::BadRedirect)?;
            if !keeps_method(answer.status) {
                message = Message {
                    method: Method::GET,
                    json: Bytes::new(),
                };
            }
        }
        Err(NetworkError::TooManyRedirects { max })
    }

    async fn hop(&self, url: &Url, message: Message) -> Result<Answer, NetworkError> {
        let destination = self.policy.admit(url)?;
        self.count()?;
        let addresses = self.addresses(&destination).await?;
        let max = self.policy.response_bytes;
        exchange(&addresses, url, message, max)
            .await
            .map_err(|interrupted| interrupted.into_error(destination.host, max))
    }

    /// Checks and counts in one go, so that of many at once no more than allowed get through.
    fn count(&self) -> Result<(), NetworkError> {
        let now = self.clock.now();
        let mut meter = self.meter.lock().unwrap_or_else(PoisonError::into_inner);
        if !meter.bucket.take(now) {
            let per_minute = meter.bucket.per_minute();
            return Err(NetworkError::RateLimited { per_minute });
        }
        meter.requests = meter.requests.saturating_add(1);
        Ok(())
    }

    async fn addresses(&self, to: &Destination<'_>) -> Result<Vec<SocketAddr>, NetworkError> {
        let host = || to.host.to_owned();
        let mut addresses = self
            .resolver
            .resolve(to.host, to.port)
            .await
            .map_err(|source| NetworkError::Unresolved {
                host: host(),
                source,
            })?;
        addresses.retain(|&address| to.may_be_at(address));
        if addresses.is_empty() {
            return Err(NetworkError::PrivateAddress { host: host() });
        }
        Ok(addresses)
    }
}

fn response(url: &Url, answer: Answer) -> Response {
    Response {
        status: answer.status.as_u16(),
        url: url.to_string(),
        body: text(answer.body),
    }
}

fn text(body: Vec<u8>) -> String {
    String::from_utf8(body)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

const fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// The other redirects turn a POST into a GET, as every browser does.
const fn keeps_method(status: StatusCode) -> bool {
    matches!(status.as_u16(), 307 | 308)
}
