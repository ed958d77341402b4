//! How much a storage holds and does at a time.

use std::time::Duration;

/// How much a storage holds and does at a time, at most; what would be more is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StorageLimits {
    /// Bytes of a key. Default 1,024.
    pub key_bytes: usize,
    /// Bytes of a value as JSON text. Default 16 MiB.
    pub value_bytes: usize,
    /// Bytes of an object that is written as a stream. Default 1 GiB.
    pub stream_bytes: u64,
    /// Objects. Default 100,000.
    pub objects: usize,
    /// Bytes of all objects together; streams on their way do not count yet. Default 100 GiB.
    pub total_bytes: u64,
    /// Streams that are being written. Default 64.
    pub uploads: usize,
    /// Streams that are being read, of objects that are not sent at once. Default 256.
    pub readers: usize,
    /// How long a stream that is being written may bring nothing, until it is given up. Default a
    /// minute.
    pub idle: Duration,
    /// Keys in an answer that lists them. Default 10,000.
    pub listed: usize,
}

impl Default for StorageLimits {
    fn default() -> Self {
        Self {
            key_bytes: 1_024,
            value_bytes: 16 << 20,
            stream_bytes: 1 << 30,
            objects: 100_000,
            total_bytes: 100 << 30,
            uploads: 64,
            readers: 256,
            idle: Duration::from_mins(1),
            listed: 10_000,
        }
    }
}
