//! What is in an object, on its way to a reader.

use std::fmt;

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt as _};

use crate::resources::storage::error::StorageError;

/// Bytes that come one chunk after the other; an error is the last that comes.
pub type Chunks = BoxStream<'static, Result<Bytes, StorageError>>;

/// What is in an object.
pub enum Content {
    /// It is here.
    Whole(Bytes),
    /// It comes as it is asked for.
    Chunks(Chunks),
}

impl Content {
    /// Returns it as it comes.
    pub fn into_chunks(self) -> Chunks {
        match self {
            Self::Whole(bytes) => futures_util::stream::iter([Ok(bytes)]).boxed(),
            Self::Chunks(chunks) => chunks,
        }
    }

    /// Waits until it is here.
    pub async fn into_bytes(self) -> Result<Bytes, StorageError> {
        match self {
            Self::Whole(bytes) => Ok(bytes),
            Self::Chunks(mut chunks) => {
                let mut bytes = Vec::new();
                while let Some(chunk) = chunks.next().await {
                    bytes.extend_from_slice(&chunk?);
                }
                Ok(bytes.into())
            }
        }
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Whole(_) => "Content::Whole",
            Self::Chunks(_) => "Content::Chunks",
        })
    }
}
