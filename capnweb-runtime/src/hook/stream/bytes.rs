//! Bytes that go out as a stream: a body, or the content of a blob.

use std::task::{Context, Poll};

use super::readable::Source;
use crate::error::Error;
use crate::hook::Value;
use crate::value::Bytes;

/// Bytes in chunks of a size that leaves room for others between them.
pub(crate) struct ByteSource(bytes::Bytes);

impl ByteSource {
    pub(crate) const fn new(bytes: bytes::Bytes) -> Self {
        Self(bytes)
    }
}

impl Source for ByteSource {
    fn poll_next(&mut self, _: &mut Context<'_>) -> Poll<Option<Result<Value, Error>>> {
        if self.0.is_empty() {
            return Poll::Ready(None);
        }
        let length = self.0.len().min(CHUNK);
        let chunk = self.0.split_to(length);
        Poll::Ready(Some(Ok(Value::Bytes(Bytes::from(chunk)))))
    }

    fn cancel(&mut self, _: Error) {
        self.0.clear();
    }
}

const CHUNK: usize = 64 * 1024;
