//! Which objects there are, and what was last known about each.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

use super::header::{Header, Serial};
use crate::resources::FencingToken;
use crate::resources::storage::conditions::Conditions;
use crate::resources::storage::error::StorageError;
use crate::resources::storage::limits::StorageLimits;
use crate::resources::storage::object::Form;

/// The objects' headers in memory, so that listing and checking read no files.
#[derive(Debug)]
pub(super) struct Index {
    objects: BTreeMap<String, Header>,
    graves: Graves,
    last_version: Serial,
    bytes: u64,
    /// Places taken by objects that are being written for the first time.
    reserved: usize,
    /// Bytes taken by what is being written.
    reserved_bytes: u64,
    limits: StorageLimits,
}

/// The greatest tokens that were shown for objects that are deleted by now.
///
/// They last as long as the process: a former holder of a lock must not write again what a later
/// one has deleted. The oldest are forgotten where there are more than objects may be. After a
/// restart none is needed, since every lock from before it is over.
#[derive(Debug, Default)]
struct Graves {
    tokens: HashMap<String, FencingToken>,
    oldest_first: BTreeSet<(FencingToken, String)>,
}

/// A write that has been checked and is on its way to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pending {
    pub(super) header: Header,
    is_new: bool,
}

impl Index {
    pub(super) fn new(limits: StorageLimits) -> Self {
        Self {
            objects: BTreeMap::new(),
            graves: Graves::default(),
            last_version: Serial::default(),
            bytes: 0,
            reserved: 0,
            reserved_bytes: 0,
            limits,
        }
    }

    /// Notes an object that was found on disk.
    pub(super) fn insert(&mut self, key: String, header: Header) {
        self.last_version = self.last_version.max(header.version);
        self.graves.close(&key);
        let replaced = self.objects.insert(key, header);
        let replaced = replaced.map_or(0, |header| header.bytes);
        self.bytes = self
            .bytes
            .saturating_sub(replaced)
            .saturating_add(header.bytes);
    }

    /// Checks a write, and keeps a place for it.
    pub(super) fn begin(
        &mut self,
        key: &str,
        (form, bytes): (Form, u64),
        when: &Conditions,
    ) -> Result<Pending, StorageError> {
        self.check(key, when)?;
        let replaced = self.objects.get(key);
        let is_new = replaced.is_none();
        let freed = replaced.map_or(0, |header| header.bytes);
        if is_new && self.objects.len().saturating_add(self.reserved) >= self.limits.objects {
            let max = self.limits.objects;
            return Err(StorageError::Full { max });
        }
        let kept = self.bytes.saturating_sub(freed);
        let total = kept
            .saturating_add(self.reserved_bytes)
            .saturating_add(bytes);
        if total > self.limits.total_bytes {
            let max = self.limits.total_bytes;
            return Err(StorageError::NoRoom { max });
        }
        self.reserved = self.reserved.saturating_add(usize::from(is_new));
        self.reserved_bytes = self.reserved_bytes.saturating_add(bytes);
        self.last_version = self.last_version.next();
        let header = Header {
            version: self.last_version,
            token: when.token.max(self.newest(key)),
            form,
            bytes,
        };
        Ok(Pending { header, is_new })
    }

    /// Notes that the write has reached the disk.
    pub(super) fn finish(&mut self, key: &str, pending: Pending) {
        self.abandon(pending);
        self.insert(key.to_owned(), pending.header);
    }

    /// Notes that the write has not reached the disk.
    pub(super) fn abandon(&mut self, pending: Pending) {
        self.reserved = self.reserved.saturating_sub(usize::from(pending.is_new));
        self.reserved_bytes = self.reserved_bytes.saturating_sub(pending.header.bytes);
    }

    /// Notes that the object is gone.
    pub(super) fn remove(&mut self, key: &str, token: Option<FencingToken>) {
        let newest = token.max(self.newest(key));
        let removed = self.objects.remove(key);
        let freed = removed.map_or(0, |header| header.bytes);
        self.bytes = self.bytes.saturating_sub(freed);
        if let Some(token) = newest {
            self.graves.dig(key, token, self.limits.objects);
        }
    }

    /// Checks whether the object is the expected one and the writer's lock its own.
    pub(super) fn check(&self, key: &str, when: &Conditions) -> Result<(), StorageError> {
        let found = self.objects.get(key).map(|header| header.version.version());
        when.check(key, found.as_ref(), self.newest(key))
    }

    pub(super) fn header(&self, key: &str) -> Option<Header> {
        self.objects.get(key).copied()
    }

    /// Returns the first keys that begin with `prefix` and come after `after`, in order.
    pub(super) fn page(&self, prefix: &str, after: Option<&str>, limit: usize) -> Vec<String> {
        let from = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        self.objects
            .range::<str, _>((from, Bound::Unbounded))
            .map(|(key, _)| key)
            .take_while(|key| key.starts_with(prefix))
            .take(limit)
            .cloned()
            .collect()
    }

    /// Returns the greatest token that any writer has shown.
    pub(super) fn newest_token(&self) -> Option<FencingToken> {
        let living = self.objects.values().filter_map(|header| header.token);
        living.chain(self.graves.newest()).max()
    }

    /// Returns the greatest token that was shown for a key.
    fn newest(&self, key: &str) -> Option<FencingToken> {
        match self.objects.get(key) {
            Some(header) => header.token,
            None => self.graves.tokens.get(key).copied(),
        }
    }
}

impl Graves {
    fn dig(&mut self, key: &str, token: FencingToken, max: usize) {
        self.close(key);
        self.tokens.insert(key.to_owned(), token);
        self.oldest_first.insert((token, key.to_owned()));
        if self.tokens.len() > max
            && let Some((_, key)) = self.oldest_first.pop_first()
        {
            self.tokens.remove(&key);
        }
    }

    fn close(&mut self, key: &str) {
        if let Some((key, token)) = self.tokens.remove_entry(key) {
            self.oldest_first.remove(&(token, key));
        }
    }

    fn newest(&self) -> Option<FencingToken> {
        self.oldest_first.last().map(|&(token, _)| token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_deleted_objects_do_not_pile_up() {
        let limits = StorageLimits {
            objects: 3,
            ..StorageLimits::default()
        };
        let mut index = Index::new(limits);
        for number in 1..=10 {
            let key = number.to_string();
            let when = Conditions {
                token: Some(FencingToken::new(number)),
                ..Conditions::default()
            };
            let pending = index.begin(&key, (Form::Value, 1), &when).unwrap();
            index.finish(&key, pending);
            index.remove(&key, None);
        }
        assert_eq!(index.graves.tokens.len(), 3);
        assert_eq!(index.graves.oldest_first.len(), 3);
        assert_eq!(index.newest("10"), Some(FencingToken::new(10)));
        assert_eq!(index.newest("1"), None);
        assert_eq!((index.bytes, index.reserved_bytes), (0, 0));
    }
}
