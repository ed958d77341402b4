//! A limit on how often something happens.

use crate::model::Timestamp;

/// A token bucket: as many at once as a minute allows, then as they trickle in.
#[derive(Debug, Clone)]
pub(super) struct TokenBucket {
    per_minute: u32,
    /// In units of a sixty-thousandth of a token, which is what flows in per millisecond for each
    /// token a minute: so nothing is ever rounded.
    level: u64,
    filled_at: Timestamp,
}

impl TokenBucket {
    pub(super) fn full(per_minute: u32, now: Timestamp) -> Self {
        Self {
            per_minute,
            level: capacity(per_minute),
            filled_at: now,
        }
    }

    /// Takes a token if there is one.
    pub(super) fn take(&mut self, now: Timestamp) -> bool {
        self.fill(now);
        match self.level.checked_sub(TOKEN) {
            Some(level) => {
                self.level = level;
                true
            }
            None => false,
        }
    }

    pub(super) const fn per_minute(&self) -> u32 {
        self.per_minute
    }

    /// A clock that goes back adds nothing, and does not make the same time count twice.
    fn fill(&mut self, now: Timestamp) {
        let passed = now.saturating_since(self.filled_at).as_millis();
        let passed = u64::try_from(passed).unwrap_or(u64::MAX);
        let inflow = passed.saturating_mul(u64::from(self.per_minute));
        self.level = self
            .level
            .saturating_add(inflow)
            .min(capacity(self.per_minute));
        self.filled_at = self.filled_at.max(now);
    }
}

fn capacity(per_minute: u32) -> u64 {
    u64::from(per_minute).saturating_mul(TOKEN)
}

const TOKEN: u64 = 60_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(bucket: &mut TokenBucket, at: u64) -> usize {
        let now = Timestamp::from_millis(at);
        std::iter::repeat_with(|| bucket.take(now))
            .take_while(|&taken| taken)
            .count()
    }

    #[test]
    fn a_minute_allows_so_many_at_once_and_then_one_by_one() {
        let mut bucket = TokenBucket::full(60, Timestamp::from_millis(0));
        assert_eq!(taken(&mut bucket, 0), 60);
        assert_eq!(taken(&mut bucket, 999), 0);
        assert_eq!(taken(&mut bucket, 1_000), 1);
        assert_eq!(taken(&mut bucket, 3_500), 2);
        assert_eq!(
            taken(&mut bucket, 4_000),
            1,
            "the half that was left counts"
        );
        assert_eq!(
            taken(&mut bucket, 10_000_000),
            60,
            "no more than a minute's worth is saved"
        );
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing_away() {
        let mut bucket = TokenBucket::full(1, Timestamp::from_millis(60_000));
        assert_eq!(taken(&mut bucket, 60_000), 1);
        assert_eq!(taken(&mut bucket, 0), 0);
        assert_eq!(
            taken(&mut bucket, 60_000),
            0,
            "the same minute counted twice"
        );
        assert_eq!(taken(&mut bucket, 120_000), 1);
    }

    #[test]
    fn a_limit_of_nothing_allows_nothing() {
        let mut bucket = TokenBucket::full(0, Timestamp::from_millis(0));
        assert_eq!(taken(&mut bucket, u64::MAX), 0);
    }
}
