//! The members of an object under construction.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

/// Makes each key occur once: the last value stays, at the place of the first (protocol F-5).
///
/// Linear in the number of members, whoever chose the keys.
pub(crate) fn merge_duplicates<V>(members: &mut Vec<(String, V)>) {
    if has_duplicates(members.iter().map(|(key, _)| key.as_str()), members.len()) {
        *members = merged(std::mem::take(members));
    }
}

/// Returns whether a key is among these, so many, more than once.
pub(crate) fn has_duplicates<'a>(
    keys: impl Iterator<Item = &'a str> + Clone,
    count: usize,
) -> bool {
    if count <= FEW {
        return has_duplicates_among_few(keys);
    }
    let mut seen = HashSet::with_capacity(count);
    !{ keys }.all(|key| seen.insert(key))
}

fn has_duplicates_among_few<'a>(mut keys: impl Iterator<Item = &'a str> + Clone) -> bool {
    while let Some(key) = keys.next() {
        if keys.clone().any(|other| other == key) {
            return true;
        }
    }
    false
}

fn merged<V>(members: Vec<(String, V)>) -> Vec<(String, V)> {
    let mut places = HashMap::with_capacity(members.len());
    let mut kept: Vec<(String, V)> = Vec::new();
    for (key, value) in members {
        match places.entry(key) {
            Entry::Occupied(place) => {
                if let Some((_, old)) = kept.get_mut(*place.get()) {
                    *old = value;
                }
            }
            Entry::Vacant(place) => {
                let key = place.key().clone();
                place.insert(kept.len());
                kept.push((key, value));
            }
        }
    }
    kept
}

/// So few that comparing each with each costs less than hashing.
const FEW: usize = 12;

#[cfg(test)]
mod tests {
    use super::{FEW, merge_duplicates};

    #[test]
    fn last_value_stays_at_the_first_place() {
        for filler in [0, FEW * 4] {
            let mut members = vec![("a".to_owned(), 1), ("b".to_owned(), 2)];
            members.extend((0..filler).map(|n| (format!("filler {n}"), 0)));
            let distinct = members.clone();
            merge_duplicates(&mut members);
            assert_eq!(members, distinct);

            members.push(("a".to_owned(), 3));
            merge_duplicates(&mut members);
            assert_eq!(members.len(), distinct.len());
            assert_eq!(members[..2], [("a".to_owned(), 3), ("b".to_owned(), 2)]);
        }
    }
}
