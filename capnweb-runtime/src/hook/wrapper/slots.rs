//! A table whose places are found again by their numbers.

/// Entries by number; the numbers of those that are gone are given again.
#[derive(Debug)]
pub(super) struct Slots<T> {
    entries: Vec<Option<T>>,
    free: Vec<usize>,
}

impl<T> Slots<T> {
    /// Adds an entry; returns its number.
    pub(super) fn insert(&mut self, entry: T) -> usize {
        while let Some(at) = self.free.pop() {
            // It may have been given back together with the end of the table, or given again since.
            if let Some(place @ None) = self.entries.get_mut(at) {
                *place = Some(entry);
                return at;
            }
        }
        self.entries.push(Some(entry));
        self.entries.len().saturating_sub(1)
    }

    /// Puts something in the place of an entry, if it is still there.
    pub(super) fn set(&mut self, at: usize, entry: T) {
        if let Some(Some(place)) = self.entries.get_mut(at) {
            *place = entry;
        }
    }

    /// Takes an entry out.
    pub(super) fn remove(&mut self, at: usize) -> Option<T> {
        let entry = self.entries.get_mut(at)?.take()?;
        if at.saturating_add(1) < self.entries.len() {
            self.free.push(at);
        } else {
            self.give_back_end();
        }
        Some(entry)
    }

    /// Gives back the room behind the last entry, if it is much: what many have needed at once.
    fn give_back_end(&mut self) {
        while let Some(None) = self.entries.last() {
            self.entries.pop();
        }
        let len = self.entries.len();
        if self.entries.capacity() / 4 > len.max(ROOM) {
            self.entries.shrink_to(len.saturating_mul(2));
            self.free.retain(|at| *at < len);
            self.free.shrink_to(len);
        }
    }

    pub(super) fn get(&self, at: usize) -> Option<&T> {
        self.entries.get(at)?.as_ref()
    }
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            free: Vec::new(),
        }
    }
}

impl<T> IntoIterator for Slots<T> {
    type Item = T;
    type IntoIter = std::iter::Flatten<std::vec::IntoIter<Option<T>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter().flatten()
    }
}

/// So many entries are never worth giving back.
const ROOM: usize = 16;

#[cfg(test)]
mod tests {
    use super::Slots;

    /// The fault: a table grows with every call that was ever made.
    #[test]
    fn numbers_are_given_again() {
        let mut slots = Slots::default();
        let (one, two) = (slots.insert("one"), slots.insert("two"));
        assert_eq!(slots.remove(one), Some("one"));
        assert_eq!(slots.remove(one), None, "it is gone");
        assert_eq!(slots.insert("three"), one);
        assert_eq!(
            (slots.get(one), slots.get(two)),
            (Some(&"three"), Some(&"two"))
        );
        assert_eq!(slots.into_iter().collect::<Vec<_>>(), ["three", "two"]);
    }

    /// The fault: the room that many have needed once is kept for as long as one of them is there; or a
    /// number is given to two.
    #[test]
    fn room_is_given_back_while_an_entry_is_left() {
        let mut slots = Slots::default();
        let left = slots.insert(0);
        for _ in 0..3 {
            let numbers: Vec<_> = (1..10_000).map(|n| slots.insert(n)).collect();
            let distinct: std::collections::HashSet<_> = numbers.iter().collect();
            assert_eq!(distinct.len(), numbers.len());
            assert!(!numbers.contains(&left));
            for (n, at) in numbers.iter().enumerate() {
                assert_eq!(slots.remove(*at), Some(n + 1));
            }
            assert!(slots.entries.capacity() <= 64 && slots.free.capacity() <= 64);
        }
        assert_eq!(slots.get(left), Some(&0));
    }

    /// The fault: the last entry is taken for the only one while others are left.
    #[test]
    fn what_is_left_stays_when_others_go() {
        let mut slots = Slots::default();
        let numbers: Vec<_> = (0..4).map(|n| slots.insert(n)).collect();
        for at in &numbers[1..] {
            assert!(slots.remove(*at).is_some());
        }
        assert_eq!(slots.get(numbers[0]), Some(&0));
        assert_eq!(slots.remove(numbers[0]), Some(0));
        assert_eq!(slots.into_iter().count(), 0);
    }
}
