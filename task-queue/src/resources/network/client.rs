//! The network as its users see it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::Url;

use crate::clock::Clock;
use crate::resources::network::bucket::TokenBucket;
use crate::resources::network::entry::Scheme;
use crate::resources::network::error::{NetworkError, Stage};
use crate::resources::network::exchange::Ways;
use crate::resources::network::policy::NetworkPolicy;
use crate::resources::network::reading::{Chunks, Reading};
use crate::resources::network::request::{Message, Request};
use crate::resources::network::resolve::{Resolve, SystemResolver};
use crate::resources::network::trust::SetupError;

/// HTTP within a policy; clones share its limits and its counters.
///
/// Every hop of a redirect is checked like the first request: the host and port against the list,
/// the resolved addresses against what is private; and connections go to the addresses that were
/// checked, so that a name that changes its mind in between gains nothing. What the asker adds to a
/// request does not go on to another server than the one it was meant for.
#[derive(Debug, Clone)]
pub struct NetworkClient(Arc<Inner>);

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Where the answer comes from, after redirects.
    pub url: String,
    /// The header fields, by names in lower case; values that are no text are left out.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

/// An answer whose body is still to be read.
pub struct Download {
    /// Where the answer comes from, after redirects.
    pub url: String,
    /// The body. It counts as a request under way until it is read, or dropped.
    pub chunks: Chunks,
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
    ways: Ways,
    clock: Arc<dyn Clock>,
    meter: Mutex<Meter>,
    places: Arc<Semaphore>,
}

#[derive(Debug)]
struct Meter {
    bucket: TokenBucket,
    requests: u64,
}

/// The head of the answer that ends a chain of redirects.
struct Answer {
    url: Url,
    response: reqwest::Response,
}

impl NetworkClient {
    /// Creates a client that asks the operating system for addresses.
    ///
    /// # Errors
    ///
    /// When the policy's certificates cannot be used.
    pub fn new(policy: NetworkPolicy, clock: Arc<dyn Clock>) -> Result<Self, SetupError> {
        Self::with_resolver(policy, clock, SystemResolver)
    }

    /// Creates a client that asks that resolver for addresses.
    ///
    /// # Errors
    ///
    /// When the policy's certificates cannot be used.
    pub fn with_resolver(
        policy: NetworkPolicy,
        clock: Arc<dyn Clock>,
        resolver: impl Resolve,
    ) -> Result<Self, SetupError> {
        let bucket = TokenBucket::full(policy.requests_per_minute, clock.now());
        let requests = 0;
        let resolver: Arc<dyn Resolve> = Arc::new(resolver);
        Ok(Self(Arc::new(Inner {
            ways: Ways::new(&policy, &resolver)?,
            places: Arc::new(Semaphore::new(
                policy.concurrent.min(Semaphore::MAX_PERMITS),
            )),
            policy,
            clock,
            meter: Mutex::new(Meter { bucket, requests }),
        })))
    }

    /// Gets what is at a URL.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the exchange; the server may have seen the request.
    pub async fn fetch(&self, url: &str) -> Result<Response, NetworkError> {
        self.request(Request::get(url)).await
    }

    /// Posts data as JSON to a URL.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the exchange; the server may have seen the request.
    pub async fn post(&self, url: &str, data: &Value) -> Result<Response, NetworkError> {
        let json = HeaderValue::from_static("application/json");
        let message = Request {
            method: Method::POST.to_string(),
            body: data.to_string().into(),
            ..Request::default()
        };
        let mut message = message.checked(&self.0.policy)?;
        message.headers.insert(CONTENT_TYPE, json);
        self.0.ask(url, message).await
    }

    /// Makes a request, and returns the whole answer.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the exchange; the server may have seen the request.
    pub async fn request(&self, request: Request) -> Result<Response, NetworkError> {
        let url = request.url.clone();
        let message = request.checked(&self.0.policy)?;
        self.0.ask(&url, message).await
    }

    /// Makes a request, and returns the body of the answer as it comes.
    ///
    /// # Errors
    ///
    /// Those of a request, and when the answer's status is none of success: what an error page says
    /// is nothing that somebody would want to store.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the exchange; the server may have seen the request.
    pub async fn download(&self, request: Request) -> Result<Download, NetworkError> {
        let url = request.url.clone();
        let message = request.checked(&self.0.policy)?;
        self.0.open(&url, message).await
    }

    /// Returns how many bytes of data can be sent with a request.
    pub fn request_bytes(&self) -> usize {
        self.0.policy.request_bytes
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
        let url = Url::parse(url)?;
        let place = self.place()?;
        let response = self
            .in_time(async {
                let answer = self.follow(url, message).await?;
                let max = u64::try_from(self.policy.response_bytes).unwrap_or(u64::MAX);
                answer.read(&self.policy, max).await
            })
            .await;
        drop(place);
        response
    }

    async fn open(&self, url: &str, message: Message) -> Result<Download, NetworkError> {
        let url = Url::parse(url)?;
        let place = self.place()?;
        let answer = self.in_time(self.follow(url, message)).await?;
        let status = answer.response.status();
        if !status.is_success() {
            let status = status.as_u16();
            return Err(NetworkError::Status { status });
        }
        let url = answer.url.to_string();
        let reading = answer.reading(&self.policy, self.policy.stream_bytes)?;
        let chunks = reading.into_chunks(self.policy.stream_limit, place);
        Ok(Download { url, chunks })
    }

    /// On the heap: a client's future is small however much HTTP there is inside.
    async fn in_time<T>(
        &self,
        work: impl Future<Output = Result<T, NetworkError>>,
    ) -> Result<T, NetworkError> {
        let limit = self.policy.time_limit;
        match tokio::time::timeout(limit, Box::pin(work)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(NetworkError::TimedOut {
                stage: Stage::Everything,
                limit,
            }),
        }
    }

    /// Who finds no place is told so at once, and does not stand in line.
    fn place(&self) -> Result<OwnedSemaphorePermit, NetworkError> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        place.map_err(|_| NetworkError::TooManyAtOnce {
            max: self.policy.concurrent,
        })
    }

    async fn follow(&self, mut url: Url, mut message: Message) -> Result<Answer, NetworkError> {
        let max = self.policy.redirects;
        for _ in 0..=max {
            let destination = self.policy.admit(&url)?;
            self.count()?;
            let sending = self.ways.send(&destination, &message, &self.policy);
            let response = sending.await?;
            let status = response.status();
            if !is_redirect(status) {
                return Ok(Answer { url, response });
            }
            let next = target(&url, response.headers())?;
            if destination.scheme == Scheme::Https && Scheme::of(&next) == Some(Scheme::Http) {
                return Err(NetworkError::Downgrade);
            }
            if next.origin() != url.origin() {
                message.for_others();
            }
            if !keeps_method(status, &message.method) {
                message.without_body();
            }
            url = next;
        }
        Err(NetworkError::TooManyRedirects { max })
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
}

impl Answer {
    async fn read(self, policy: &NetworkPolicy, max: u64) -> Result<Response, NetworkError> {
        let status = self.response.status().as_u16();
        let headers = readable(self.response.headers());
        let url = self.url.to_string();
        let body = self.reading(policy, max)?.whole().await?;
        Ok(Response {
            status,
            url,
            headers,
            body,
        })
    }

    fn reading(self, policy: &NetworkPolicy, max: u64) -> Result<Reading, NetworkError> {
        let host = self.url.host_str().unwrap_or_default().to_owned();
        Reading::new(self.response, host, policy, max)
    }
}

impl Response {
    /// Returns the body as text; bytes that are no UTF-8 are replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

fn target(url: &Url, headers: &HeaderMap) -> Result<Url, NetworkError> {
    let location = headers.get(LOCATION).and_then(|to| to.to_str().ok());
    let location = location.ok_or(NetworkError::BadRedirect)?;
    url.join(location).map_err(|_| NetworkError::BadRedirect)
}

fn readable(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
    headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), text(value)?)))
        .collect()
}

const fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// What does not keep its method becomes a `GET`, as in every browser.
fn keeps_method(status: StatusCode, method: &Method) -> bool {
    match status.as_u16() {
        301 | 302 => method != Method::POST,
        303 => method == Method::GET || method == Method::HEAD,
        _ => true,
    }
}
