//! The body of an answer, within its limits.

use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, stream};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout, timeout_at};

use crate::resources::network::error::{ExchangeError, NetworkError, Stage};
use crate::resources::network::policy::NetworkPolicy;

/// The chunks of a body, until its end or the first error.
pub type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, NetworkError>> + Send>>;

/// A body that is being read.
#[derive(Debug)]
pub(super) struct Reading {
    response: reqwest::Response,
    host: String,
    pause: Duration,
    left: u64,
    max: u64,
}

/// A body that somebody else reads.
struct Streaming {
    reading: Reading,
    limit: Duration,
    end: Instant,
    /// It counts as a request that is under way.
    _place: OwnedSemaphorePermit,
}

impl Reading {
    /// Begins to read; what announces that it is too long is not begun.
    pub(super) fn new(
        response: reqwest::Response,
        host: String,
        policy: &NetworkPolicy,
        max: u64,
    ) -> Result<Self, NetworkError> {
        if response.content_length().is_some_and(|length| length > max) {
            return Err(NetworkError::ResponseTooLarge { max });
        }
        Ok(Self {
            response,
            host,
            pause: policy.stall_limit,
            left: max,
            max,
        })
    }

    /// Reads to the end.
    pub(super) async fn whole(mut self) -> Result<Bytes, NetworkError> {
        let Some(mut first) = self.next().await?.map(Vec::from) else {
            return Ok(Bytes::new());
        };
        while let Some(chunk) = self.next().await? {
            first.extend_from_slice(&chunk);
        }
        Ok(first.into())
    }

    /// Returns the rest as a stream, which ends with an error when the time is over.
    pub(super) fn into_chunks(self, limit: Duration, place: OwnedSemaphorePermit) -> Chunks {
        let now = Instant::now();
        let streaming = Streaming {
            reading: self,
            limit,
            end: now.checked_add(limit).unwrap_or(now),
            _place: place,
        };
        Box::pin(stream::try_unfold(streaming, Streaming::next))
    }

    async fn next(&mut self) -> Result<Option<Bytes>, NetworkError> {
        let chunk = timeout(self.pause, self.response.chunk()).await;
        let chunk = chunk.map_err(|_| NetworkError::TimedOut {
            stage: Stage::Pausing,
            limit: self.pause,
        })?;
        let chunk = chunk.map_err(|error| NetworkError::Exchange {
            host: self.host.clone(),
            source: ExchangeError::of(error),
        })?;
        let length = chunk.as_ref().map_or(0, Bytes::len);
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        let left = self.left.checked_sub(length);
        self.left = left.ok_or(NetworkError::ResponseTooLarge { max: self.max })?;
        Ok(chunk)
    }
}

impl Streaming {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, NetworkError> {
        let chunk = timeout_at(self.end, self.reading.next()).await;
        let chunk = chunk.map_err(|_| NetworkError::TimedOut {
            stage: Stage::Everything,
            limit: self.limit,
        })?;
        Ok(chunk?.map(|chunk| (chunk, self)))
    }
}
