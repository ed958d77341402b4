//! "Did you mean": the known name closest to a misspelt one.

/// Returns the candidate that is a typing slip away from `name`, if there is one.
pub(crate) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let tolerated = name.chars().count().div_ceil(3);
    candidates
        .into_iter()
        .map(|candidate| (slips_between(name, candidate), candidate))
        .filter(|(slips, _)| *slips <= tolerated)
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, candidate)| candidate)
}

/// Returns "; did you mean `x`?" or nothing.
pub(crate) fn did_you_mean<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> String {
    nearest(name, candidates)
        .map(|candidate| format!("; did you mean `{candidate}`?"))
        .unwrap_or_default()
}

/// A name that was not written to its end is one slip away.
fn slips_between(name: &str, candidate: &str) -> usize {
    if candidate.starts_with(name) {
        return 1;
    }
    distance(name, candidate)
}

/// The Levenshtein distance: insertions, deletions and substitutions between two names.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.chars().enumerate() {
        let mut diagonal = at;
        let mut left = at + 1;
        for (above, target) in row.iter_mut().skip(1).zip(&other) {
            let substituted = diagonal + usize::from(letter != *target);
            diagonal = *above;
            left = substituted.min(left + 1).min(*above + 1);
            *above = left;
        }
        if let Some(first) = row.first_mut() {
            *first = at + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{did_you_mean, distance, nearest};

    #[test]
    fn distances_are_those_of_the_textbook() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("same", "same"), 0);
    }

    #[test]
    fn a_slip_is_recognised_and_a_stranger_is_not() {
        assert_eq!(nearest("raed", ["read", "write"]), Some("read"));
        assert_eq!(
            nearest("rename", ["name", "rename_all"]),
            Some("rename_all")
        );
        assert_eq!(nearest("delete", ["read", "write"]), None);
        assert_eq!(did_you_mean("lst", ["list"]), "; did you mean `list`?");
        assert_eq!(did_you_mean("x", ["list"]), "");
    }
}
