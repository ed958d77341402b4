//! HTTP requests as data.

use std::convert::Infallible;

use http::Method;

use super::{Headers, InvalidHeader, RequestCache, RequestMode, RequestOptions, Tree, Url};

/// A JavaScript `Request`, with a body of type `B`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Request<B> {
    /// Where it goes; without a user name and password.
    pub url: Url,
    /// What it asks for; not `CONNECT`, `TRACE` or `TRACK`.
    pub method: Method,
    /// Its header fields.
    pub headers: Headers,
    /// What it carries; nothing if it is a `GET` or a `HEAD`.
    pub body: B,
    /// How it is to be made.
    pub options: RequestOptions,
}

/// Why a JavaScript peer would not take something for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidRequest {
    /// The address is not absolute, or not one of HTTP.
    #[error("A request's URL must be an absolute one, with a host.")]
    Url,
    /// A header field cannot be one.
    #[error(transparent)]
    Header(#[from] InvalidHeader),
    /// The address has a user name or a password.
    #[error("A request's URL must not contain credentials.")]
    Credentials,
    /// The method is not an HTTP token.
    #[error("A request's method must be an HTTP token.")]
    Method,
    /// The method is one that scripts may not use.
    #[error("A request's method must not be CONNECT, TRACE or TRACK.")]
    ForbiddenMethod,
    /// A `GET` or a `HEAD` has a body.
    #[error("Request with GET/HEAD method cannot have body.")]
    Body,
    /// A request without CORS has a method that is not a simple one.
    #[error("A no-cors request's method must be GET, HEAD or POST.")]
    NoCorsMethod,
    /// A request without CORS has a stream for a body.
    #[error("A no-cors request cannot have a stream for a body.")]
    NoCorsStream,
    /// Only the cache is to be asked, but not only for what is of the same origin.
    #[error("A request's cache can be only-if-cached only if its mode is same-origin.")]
    OnlyIfCached,
    /// The referrer is not an absolute URL.
    #[error("A request's referrer must be a URL.")]
    Referrer,
    /// A request that is to outlive its maker has a stream for a body.
    #[error("A request with keepalive cannot have a stream for a body.")]
    Keepalive,
}

impl<B> Request<B> {
    /// Creates a request without header fields.
    pub fn new(method: Method, url: Url, body: B) -> Self {
        Self {
            url,
            method,
            headers: Headers::new(),
            body,
            options: RequestOptions::default(),
        }
    }

    /// Returns a copy with another body.
    pub fn with_body<T>(&self, body: T) -> Request<T> {
        Request {
            url: self.url.clone(),
            method: self.method.clone(),
            headers: self.headers.clone(),
            body,
            options: self.options.clone(),
        }
    }

    /// Makes something else of the body.
    pub fn map<T>(self, map: impl FnOnce(B) -> T) -> Request<T> {
        let Ok(request) = self.try_map(|body| Ok::<_, Infallible>(map(body)));
        request
    }

    /// Makes something else of the body, if that can be done.
    pub(crate) fn try_map<T, E>(
        self,
        map: impl FnOnce(B) -> Result<T, E>,
    ) -> Result<Request<T>, E> {
        Ok(Request {
            url: self.url,
            method: self.method,
            headers: self.headers,
            body: map(self.body)?,
            options: self.options,
        })
    }
}

impl<C> Request<Tree<C>> {
    /// Checks what JavaScript's `new Request` checks (protocol W-34).
    pub(crate) fn check(&self) -> Result<(), InvalidRequest> {
        if !self.url.username().is_empty() || self.url.password().is_some() {
            return Err(InvalidRequest::Credentials);
        }
        self.check_method()?;
        self.check_options()
    }

    fn check_method(&self) -> Result<(), InvalidRequest> {
        let method = self.method.as_str();
        if FORBIDDEN
            .iter()
            .any(|name| name.eq_ignore_ascii_case(method))
        {
            return Err(InvalidRequest::ForbiddenMethod);
        }
        let has_body = !matches!(self.body, Tree::Null);
        if has_body && matches!(self.method, Method::GET | Method::HEAD) {
            return Err(InvalidRequest::Body);
        }
        Ok(())
    }

    fn check_options(&self) -> Result<(), InvalidRequest> {
        let options = &self.options;
        let is_streamed = matches!(self.body, Tree::Capability(_));
        let is_simple = matches!(self.method, Method::GET | Method::HEAD | Method::POST);
        if options.mode == RequestMode::NoCors && !is_simple {
            return Err(InvalidRequest::NoCorsMethod);
        }
        if options.mode == RequestMode::NoCors && is_streamed {
            return Err(InvalidRequest::NoCorsStream);
        }
        let only_if_cached = options.cache == RequestCache::OnlyIfCached;
        if only_if_cached && options.mode != RequestMode::SameOrigin {
            return Err(InvalidRequest::OnlyIfCached);
        }
        if !options.referrer.is_empty() && options.referrer.parse::<Url>().is_err() {
            return Err(InvalidRequest::Referrer);
        }
        if options.keepalive && is_streamed {
            return Err(InvalidRequest::Keepalive);
        }
        Ok(())
    }
}

/// Reads a method, in the case that it has at a server (protocol W-34).
pub(crate) fn read_method(name: &str) -> Result<Method, InvalidRequest> {
    let normal = NORMALIZED
        .into_iter()
        .find(|method| method.as_str().eq_ignore_ascii_case(name));
    match normal {
        Some(method) => Ok(method),
        None => Method::from_bytes(name.as_bytes()).map_err(|_| InvalidRequest::Method),
    }
}

const FORBIDDEN: [&str; 3] = ["CONNECT", "TRACE", "TRACK"];

const NORMALIZED: [Method; 6] = [
    Method::GET,
    Method::POST,
    Method::PUT,
    Method::DELETE,
    Method::HEAD,
    Method::OPTIONS,
];
