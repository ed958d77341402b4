//! How fast somebody may submit.

use std::sync::{Mutex, PoisonError};

use crate::model::Timestamp;

/// So many within a second: as many at once, then as they trickle in.
#[derive(Debug)]
pub(super) struct Pace {
    per_second: u32,
    level: Mutex<Level>,
}

/// What is left, in thousandths: as many flow in each millisecond as whole ones each second, so nothing
/// is ever rounded.
#[derive(Debug)]
struct Level {
    thousandths: u64,
    at: Timestamp,
}

impl Pace {
    pub(super) fn new(per_second: u32, now: Timestamp) -> Self {
        Self {
            per_second,
            level: Mutex::new(Level {
                thousandths: full(per_second),
                at: now,
            }),
        }
    }

    pub(super) const fn per_second(&self) -> u32 {
        self.per_second
    }

    /// Takes so many, all or none; returns whether they were there.
    pub(super) fn take(&self, count: u64, now: Timestamp) -> bool {
        let mut level = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        level.fill(self.per_second, now);
        let left = level
            .thousandths
            .checked_sub(count.saturating_mul(THOUSAND));
        if let Some(left) = left {
            level.thousandths = left;
        }
        left.is_some()
    }

    /// Gives back what was taken for nothing.
    pub(super) fn give_back(&self, count: u64) {
        let mut level = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        let more = count.saturating_mul(THOUSAND);
        level.thousandths = level
            .thousandths
            .saturating_add(more)
            .min(full(self.per_second));
    }
}

impl Level {
    /// A clock that goes back adds nothing, and does not make the same time count twice.
    fn fill(&mut self, per_second: u32, now: Timestamp) {
        let passed = now.saturating_since(self.at).as_millis();
        let passed = u64::try_from(passed).unwrap_or(u64::MAX);
        let inflow = passed.saturating_mul(per_second.into());
        self.thousandths = self
            .thousandths
            .saturating_add(inflow)
            .min(full(per_second));
        self.at = self.at.max(now);
    }
}

fn full(per_second: u32) -> u64 {
    u64::from(per_second).saturating_mul(THOUSAND)
}

const THOUSAND: u64 = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(millis: u64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn exactly_so_many_pass_within_a_second() {
        let pace = Pace::new(10, at(5_000));
        let passed = (0..100).filter(|_| pace.take(1, at(5_000))).count();
        assert_eq!(passed, 10);
        assert!(!pace.take(1, at(5_099)));
        assert!(pace.take(1, at(5_100)));
        assert!(!pace.take(1, at(4_000)), "the clock went back");
        assert!(!pace.take(1, at(5_100)), "and the time counted twice");
        assert!(
            pace.take(10, at(9_000)),
            "no more is saved up than a second's worth"
        );
        assert!(!pace.take(1, at(9_000)));
    }

    #[test]
    fn many_pass_together_or_not_at_all() {
        let pace = Pace::new(10, at(0));
        assert!(!pace.take(11, at(0)));
        assert!(
            pace.take(10, at(0)),
            "those that did not pass have taken nothing"
        );
        pace.give_back(4);
        assert!(pace.take(4, at(0)));
        assert!(!pace.take(u64::MAX, at(u64::MAX)));
    }

    #[test]
    fn nothing_passes_where_nothing_may() {
        let pace = Pace::new(0, at(0));
        assert!(!pace.take(1, at(u64::MAX)));
    }
}
