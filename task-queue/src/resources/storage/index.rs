//! Which objects there are, and what was last known about each.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

use crate::resources::FencingToken;
use crate::resources::storage::conditions::{Conditions, Expected};
use crate::resources::storage::error::StorageError;
use crate::resources::storage::object::{Header, Version};

/// The objects' headers in memory, so that listing and checking read no files.
#[derive(Debug)]
pub(super) struct Index {
    objects: BTreeMap<String, Header>,
    graves: Graves,
    last_version: Version,
    /// Places taken by objects that are being written for the first time.
    reserved: usize,
    max_objects: usize,
}

/// The greatest tokens that were shown for objects that are deleted by now.
///
/// They last as long as the process: a former holder of a lock must not write again what a later
/// one has deleted. The oldest are forgotten where there are more than objects may be.
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
    pub(super) fn new(max_objects: usize) -> Self {
        Self {
            objects: BTreeMap::new(),
            graves: Graves::default(),
            last_version: Version::new(0),
            reserved: 0,
            max_objects,
        }
    }

    /// Notes an object that was found on disk.
    pub(super) fn insert(&mut self, key: String, header: Header) {
        self.last_version = self.last_version.max(header.version);
        self.graves.close(&key);
        self.objects.insert(key, header);
    }

    /// Checks a write, and keeps a place for it if its object is new.
    pub(super) fn begin(&mut self, key: &str, when: Conditions) -> Result<Pending, StorageError> {
        self.check(key, when)?;
        let is_new = !self.objects.contains_key(key);
        if is_new && self.objects.len().saturating_add(self.reserved) >= self.max_objects {
            let max = self.max_objects;
            return Err(StorageError::Full { max });
        }
        self.reserved = self.reserved.saturating_add(usize::from(is_new));
        self.last_version = self.last_version.next();
        let header = Header {
            version: self.last_version,
            token: when.token.max(self.newest(key)),
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
    }

    /// Notes that the object is gone.
    pub(super) fn remove(&mut self, key: &str, token: Option<FencingToken>) {
        let newest = token.max(self.newest(key));
        self.objects.remove(key);
        if let Some(token) = newest {
            self.graves.dig(key, token, self.max_objects);
        }
    }

    /// Checks whether the object is the expected one and the writer's lock its own.
    pub(super) fn check(&self, key: &str, when: Conditions) -> Result<(), StorageError> {
        let newest = self.newest(key);
        if let (Some(given), Some(newest)) = (when.token, newest)
            && given < newest
        {
            return Err(StorageError::StaleToken {
                key: key.to_owned(),
                given,
                newest,
            });
        }
        let found = self.objects.get(key).map(|header| header.version);
        let fits = match when.expected {
            Expected::Anything => true,
            Expected::Nothing => found.is_none(),
            Expected::Version(version) => found == Some(version),
        };
        if fits {
            return Ok(());
        }
        let key = key.to_owned();
        Err(StorageError::Changed { key, found })
    }

    pub(super) fn contains(&self, key: &str) -> bool {
        self.objects.contains_key(key)
    }

    /// Returns the keys that begin with `prefix`, in order.
    pub(super) fn list(&self, prefix: &str) -> Vec<String> {
        let from = (Bound::Included(prefix), Bound::Unbounded);
        self.objects
            .range::<str, _>(from)
            .map(|(key, _)| key)
            .take_while(|key| key.starts_with(prefix))
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
        let mut index = Index::new(3);
        for number in 1..=10 {
            let key = number.to_string();
            let when = Conditions {
                token: Some(FencingToken::new(number)),
                ..Conditions::default()
            };
            let pending = index.begin(&key, when).unwrap();
            index.finish(&key, pending);
            index.remove(&key, None);
        }
        assert_eq!(index.graves.tokens.len(), 3);
        assert_eq!(index.graves.oldest_first.len(), 3);
        assert_eq!(index.newest("10"), Some(FencingToken::new(10)));
        assert_eq!(index.newest("1"), None);
    }
}
