//! Numbers by name, of which there are not too many.

use std::collections::BTreeMap;

/// Numbers by name: those of the first names that come, and those of all others together, so that
/// whoever makes up names makes no more work for those who collect the numbers.
#[derive(Debug)]
pub(super) struct Capped<K, V> {
    named: BTreeMap<K, V>,
    others: Option<V>,
}

impl<K, V> Default for Capped<K, V> {
    fn default() -> Self {
        Self {
            named: BTreeMap::new(),
            others: None,
        }
    }
}

impl<K: Ord + Clone, V: Default> Capped<K, V> {
    /// Gives out the numbers of a name.
    pub(super) fn of(&mut self, name: &K) -> &mut V {
        if !self.named.contains_key(name) && self.named.len() >= MOST {
            return self.others.get_or_insert_default();
        }
        self.named.entry(name.clone()).or_default()
    }

    /// Returns the numbers of each name, and at last those of all others, if there are any.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Option<&K>, &V)> {
        let named = self.named.iter().map(|(name, value)| (Some(name), value));
        named.chain(self.others.iter().map(|value| (None, value)))
    }
}

/// How many names there are at most.
const MOST: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_beyond_the_limit_count_together_and_lose_nothing() {
        let mut counts: Capped<usize, usize> = Capped::default();
        for name in 0..MOST + 50 {
            *counts.of(&name) += 1;
            *counts.of(&0) += 1;
        }
        assert_eq!(counts.iter().count(), MOST + 1);
        assert_eq!(counts.iter().last(), Some((None, &50)));
        let all: usize = counts.iter().map(|(_, count)| count).sum();
        assert_eq!(all, 2 * (MOST + 50));
    }
}
