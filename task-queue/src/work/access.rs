//! What work needs from resources, and from the task it is done for.

use std::any::Any;

use serde_json::Value;

use crate::future::BoxFuture;
use crate::work::error::AccessError;

/// What answers a step of work.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, AccessError>>;

/// Memory that is held until it is dropped.
pub type GpuMemory = Box<dyn Any + Send>;

/// Storage, as far as work uses it.
pub trait StorageAccess: Send + Sync {
    /// Reads the value under a key.
    fn read<'a>(&'a self, key: &'a str) -> Answer<'a, Value>;

    /// Writes a value under a key.
    fn write<'a>(&'a self, key: &'a str, value: &'a Value) -> Answer<'a, ()>;
}

/// A GPU, as far as work uses it.
pub trait GpuAccess: Send + Sync {
    /// Allocates memory, in megabytes, until it is dropped.
    fn allocate(&self, megabytes: u64) -> Answer<'_, GpuMemory>;

    /// Computes; without data (null) on an example.
    fn compute<'a>(&'a self, operation: &'a str, data: &'a Value) -> Answer<'a, Computed>;
}

/// The network, as far as work uses it.
pub trait NetworkAccess: Send + Sync {
    /// Gets what is at a URL.
    fn fetch<'a>(&'a self, url: &'a str) -> Answer<'a, Page>;
}

/// The task that work is done for.
pub trait Reporter: Send + Sync {
    /// Says how far the work has come, from 0 to 1.
    fn progress(&self, fraction: f64) -> Answer<'_, ()>;

    /// Adds a line to the log.
    fn log<'a>(&'a self, line: &'a str) -> Answer<'a, ()>;

    /// Delivers a partial result, which outlives a failure of the rest.
    fn emit(&self, value: Value) -> Answer<'_, ()>;

    /// Says where the next attempt can take up the work.
    fn checkpoint(&self, value: Value) -> Answer<'_, ()>;

    /// Asks whether the work is still wanted.
    fn is_cancelled(&self) -> Answer<'_, bool>;
}

/// What a GPU has computed.
#[derive(Debug, Clone, PartialEq)]
pub struct Computed {
    /// What it was computed on.
    pub device: String,
    /// What has come out.
    pub result: Value,
}

/// What was found at a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The HTTP status.
    pub status: u16,
    /// Where it comes from, after redirects.
    pub url: String,
    /// The body.
    pub body: String,
}

impl Page {
    /// Returns the page as it is written in results.
    pub(super) fn to_value(&self) -> Value {
        serde_json::json!({"status": self.status, "url": self.url, "body": self.body})
    }
}
