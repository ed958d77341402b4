//! What a storage is made on.

use std::fmt;

use bytes::Bytes;

use crate::future::BoxFuture;
use crate::resources::TokenRange;
use crate::resources::storage::conditions::Conditions;
use crate::resources::storage::content::Content;
use crate::resources::storage::error::StorageError;
use crate::resources::storage::object::{Form, Stat, Version};

/// What answers a request to a backend.
pub(super) type Answer<'a, T> = BoxFuture<'a, Result<T, StorageError>>;

/// A place for objects: what an [`ObjectStore`](super::ObjectStore) is made on.
///
/// # Laws
///
/// 1. A key has one object, or none. Any text is a key; no two keys are the same object.
/// 2. Once a change has answered, it survives a crash. A change that fails has not happened, except
///    that of a failed connection nobody knows.
/// 3. A reader gets an object as it was at one moment, or an error: never parts of two.
/// 4. Conditions are checked and the change is made in one step: of many who expect the same, one
///    changes it.
/// 5. Versions differ from one write of a key to the next, also where the content stays the same.
/// 6. The greatest token that was shown for a key is remembered with its object, and by those who
///    write without one, and as long as the place is open beyond the object's deletion; a change that
///    shows a smaller one is refused.
/// 7. An upload is a write that happens when it is finished, if it is. Until then nobody sees anything
///    of it; of one that was dropped nothing is left, of one that a crash has ended nothing once the
///    place was opened again.
/// 8. Pages are in the order of the keys' bytes.
pub trait Backend: fmt::Debug + Send + Sync {
    /// Returns what is known of the object under a key.
    fn stat<'a>(&'a self, key: &'a str) -> Answer<'a, Stat>;

    /// Opens the object under a key.
    fn read<'a>(&'a self, key: &'a str) -> Answer<'a, (Stat, Content)>;

    /// Writes an object as a whole.
    fn write<'a>(
        &'a self,
        key: &'a str,
        form: Form,
        content: Bytes,
        when: &'a Conditions,
    ) -> Answer<'a, Version>;

    /// Begins to write bytes, piece by piece. Conditions that do not hold now may be refused now.
    fn upload<'a>(&'a self, key: &'a str, when: &'a Conditions) -> Answer<'a, Box<dyn Upload>>;

    /// Deletes the object under a key.
    fn delete<'a>(&'a self, key: &'a str, when: &'a Conditions) -> Answer<'a, ()>;

    /// Returns the first keys that begin with `prefix` and come after `after`.
    fn page<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a str>,
        limit: usize,
    ) -> Answer<'a, Vec<String>>;

    /// Sets tokens of locks aside, as [`TokenSource`](crate::resources::TokenSource) says.
    fn set_aside(&self, count: u64) -> Answer<'_, TokenRange>;
}

/// Bytes on their way into an object. Dropping it gives it up.
pub trait Upload: Send {
    /// Adds bytes.
    fn write(&mut self, chunk: Bytes) -> Answer<'_, ()>;

    /// Checks the conditions, and makes the object what was added.
    fn finish(self: Box<Self>) -> Answer<'static, Version>;
}
