//! HTTP responses as data.

use std::convert::Infallible;

use super::{ErrorClass, Headers, InvalidHeader, Tree};

/// A JavaScript `Response`, with a body of type `B`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Response<B> {
    /// How it went: 200 to 599.
    pub status: u16,
    /// The same in words; may be empty.
    pub status_text: String,
    /// Its header fields.
    pub headers: Headers,
    /// What it carries; nothing if the status is 204, 205 or 304.
    pub body: B,
}

/// Why a JavaScript peer would not take something for a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidResponse {
    /// A header field cannot be one.
    #[error(transparent)]
    Header(#[from] InvalidHeader),
    /// The status is none that a script may make.
    #[error("A response's status must be in the range of 200 to 599, inclusive.")]
    Status,
    /// The status in words has characters that HTTP does not allow there.
    #[error("A response's status text must be an HTTP reason phrase.")]
    StatusText,
    /// There is a body, but the status says there is none.
    #[error("A response with status 204, 205 or 304 cannot have a body.")]
    Body,
}

impl InvalidResponse {
    /// Returns the class of the error that this is in JavaScript.
    pub(crate) const fn class(self) -> ErrorClass {
        match self {
            Self::Status => ErrorClass::RangeError,
            Self::Header(_) | Self::StatusText | Self::Body => ErrorClass::TypeError,
        }
    }
}

impl<B> Response<B> {
    /// Creates a response without header fields.
    pub const fn new(status: u16, body: B) -> Self {
        Self {
            status,
            status_text: String::new(),
            headers: Headers::new(),
            body,
        }
    }

    /// Returns a copy with another body.
    pub fn with_body<T>(&self, body: T) -> Response<T> {
        Response {
            status: self.status,
            status_text: self.status_text.clone(),
            headers: self.headers.clone(),
            body,
        }
    }

    /// Makes something else of the body.
    pub fn map<T>(self, map: impl FnOnce(B) -> T) -> Response<T> {
        let Ok(response) = self.try_map(|body| Ok::<_, Infallible>(map(body)));
        response
    }

    /// Makes something else of the body, if that can be done.
    pub(crate) fn try_map<T, E>(
        self,
        map: impl FnOnce(B) -> Result<T, E>,
    ) -> Result<Response<T>, E> {
        Ok(Response {
            status: self.status,
            status_text: self.status_text,
            headers: self.headers,
            body: map(self.body)?,
        })
    }
}

impl<C> Response<Tree<C>> {
    /// Checks what JavaScript's `new Response` checks (protocol W-35, B-20).
    pub(crate) fn check(&self) -> Result<(), InvalidResponse> {
        if !(200..=599).contains(&self.status) {
            return Err(InvalidResponse::Status);
        }
        if !self.status_text.chars().all(is_of_reason_phrase) {
            return Err(InvalidResponse::StatusText);
        }
        if matches!(self.status, 204 | 205 | 304) && !matches!(self.body, Tree::Null) {
            return Err(InvalidResponse::Body);
        }
        Ok(())
    }
}

const fn is_of_reason_phrase(character: char) -> bool {
    matches!(character, '\t' | ' '..='~' | '\u{80}'..='\u{ff}')
}
