//! Large objects, which go in and out as streams.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{Stream, StreamExt as _};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::resources::storage::conditions::Conditions;
use crate::resources::storage::content::{Chunks, Content};
use crate::resources::storage::error::StorageError;
use crate::resources::storage::object::{Stat, Version};
use crate::resources::storage::store::ObjectStore;

impl ObjectStore {
    /// Opens the object under a key, to read its bytes as they come; a value's are its JSON text.
    ///
    /// An object that is changed meanwhile is read to its end as it was, or the stream fails. Where
    /// more is to come than is sent at once, the stream counts among the readers until it is dropped.
    pub async fn open_read(&self, key: &str) -> Result<(Stat, Chunks), StorageError> {
        let whole = self.checked(key)?;
        let known_as = |error: StorageError| error.about(key);
        let (stat, content) = self.backend.read(&whole).await.map_err(known_as)?;
        let chunks = match content {
            Content::Whole(_) => content.into_chunks(),
            Content::Chunks(chunks) => {
                let reader = self.reader()?;
                let key = key.to_owned();
                let counted = chunks.map(move |chunk| {
                    let _one_of_the_readers = &reader;
                    chunk.map_err(|error| error.about(&key))
                });
                counted.boxed()
            }
        };
        Ok((stat, chunks))
    }

    /// Writes what a stream brings, once it has ended: wholly or not at all.
    ///
    /// # Errors
    ///
    /// Beside those of every write, when the stream fails, brings too much, or brings nothing for too
    /// long. Nothing has changed then, and nothing is left of it.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives the write up, unless the stream had ended: then it happens wholly or
    /// not at all.
    pub async fn write_from<E: ToString>(
        &self,
        key: &str,
        chunks: impl Stream<Item = Result<Bytes, E>> + Send,
        when: &Conditions,
    ) -> Result<Version, StorageError> {
        let whole = self.checked(key)?;
        let written = self.receive(&whole, chunks, when).await;
        written.map_err(|error| error.about(key))
    }

    async fn receive<E: ToString>(
        &self,
        key: &str,
        chunks: impl Stream<Item = Result<Bytes, E>> + Send,
        when: &Conditions,
    ) -> Result<Version, StorageError> {
        let _one_of_the_uploads = self.uploading()?;
        let mut upload = self.backend.upload(key, when).await?;
        let mut chunks = std::pin::pin!(chunks);
        let idle = self.limits.idle;
        let mut received = 0_u64;
        loop {
            let next = timeout(idle, chunks.next()).await;
            let chunk = match next.map_err(|_| StorageError::Stalled { idle })? {
                None => return upload.finish().await,
                Some(Ok(chunk)) => chunk,
                Some(Err(error)) => return Err(broken(&error)),
            };
            let more = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
            received = received.saturating_add(more);
            let max = self.limits.stream_bytes;
            if received > max {
                return Err(StorageError::StreamTooLong { max });
            }
            upload.write(chunk).await?;
        }
    }

    fn reader(&self) -> Result<OwnedSemaphorePermit, StorageError> {
        let max = self.limits.readers;
        one_of(&self.streams.readers).ok_or(StorageError::TooManyStreams { what: "read", max })
    }

    fn uploading(&self) -> Result<OwnedSemaphorePermit, StorageError> {
        let (what, max) = ("written", self.limits.uploads);
        one_of(&self.streams.uploads).ok_or(StorageError::TooManyStreams { what, max })
    }
}

fn one_of(streams: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
    Arc::clone(streams).try_acquire_owned().ok()
}

fn broken(error: &impl ToString) -> StorageError {
    let reason = error.to_string().chars().take(REASON_CHARS).collect();
    StorageError::Broken { reason }
}

/// How much is kept of what a sender says.
const REASON_CHARS: usize = 256;
