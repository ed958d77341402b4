//! Plain objects: ordered members with string keys.

use super::{Tree, merge_duplicates};

/// A plain object: members in the order they were written, each key once.
#[derive(Debug, Clone, PartialEq)]
pub struct Object<C> {
    members: Vec<(String, Tree<C>)>,
}

impl<C> Object<C> {
    /// Creates an object without members.
    pub const fn new() -> Self {
        Self {
            members: Vec::new(),
        }
    }

    /// Creates an object with room for `capacity` members.
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            members: Vec::with_capacity(capacity),
        }
    }

    /// Creates an object from members among which a key may occur more than once: the last value
    /// stays, at the place of the first.
    pub(crate) fn from_members(mut members: Vec<(String, Tree<C>)>) -> Self {
        merge_duplicates(&mut members);
        Self { members }
    }

    /// Appends a member whose key is known to be new.
    pub(crate) fn push(&mut self, key: String, value: Tree<C>) {
        self.members.push((key, value));
    }

    /// Sets a member, keeping the place of one that exists; returns the value it replaces.
    pub fn insert(&mut self, key: impl Into<String>, value: Tree<C>) -> Option<Tree<C>> {
        let key = key.into();
        if let Some((_, old)) = self.members.iter_mut().find(|(name, _)| *name == key) {
            return Some(std::mem::replace(old, value));
        }
        self.members.push((key, value));
        None
    }

    /// Returns the member called `key`.
    pub fn get(&self, key: &str) -> Option<&Tree<C>> {
        self.members
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    }

    /// Takes the member called `key` out.
    pub fn remove(&mut self, key: &str) -> Option<Tree<C>> {
        let at = self.members.iter().position(|(name, _)| name == key)?;
        Some(self.members.remove(at).1)
    }

    /// Returns the number of members.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Returns whether there are no members.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Visits the members in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Tree<C>)> {
        self.members
            .iter()
            .map(|(name, value)| (name.as_str(), value))
    }

    /// Visits the members in order, their values mutably.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Tree<C>)> {
        self.members
            .iter_mut()
            .map(|(name, value)| (name.as_str(), value))
    }
}

impl<C> Default for Object<C> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C> IntoIterator for Object<C> {
    type Item = (String, Tree<C>);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.members.into_iter()
    }
}

impl<C, K: Into<String>> FromIterator<(K, Tree<C>)> for Object<C> {
    fn from_iter<I: IntoIterator<Item = (K, Tree<C>)>>(members: I) -> Self {
        let members = members.into_iter();
        Self::from_members(members.map(|(key, value)| (key.into(), value)).collect())
    }
}

/// Returns whether every receiver drops data of this name (protocol W-19).
pub(crate) fn is_dropped(name: &str) -> bool {
    DROPPED.contains(&name)
}

/// The names that JavaScript gives every object, and `toJSON`.
const DROPPED: [&str; 13] = [
    "__proto__",
    "constructor",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
    "toString",
    "valueOf",
    "__defineGetter__",
    "__defineSetter__",
    "__lookupGetter__",
    "__lookupSetter__",
    "toJSON",
];
