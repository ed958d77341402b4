//! How fast things begin.

use serde::{Deserialize, Serialize};

use crate::model::Timestamp;

/// At most so many in so long, spread evenly: after a while without any, that many may begin at
/// once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, try_from = "Written", into = "Written")]
pub struct Rate {
    starts: u32,
    per_ms: u64,
}

/// A rate as it is written, which may be none.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    starts: u32,
    per_ms: u64,
}

/// What has begun of late, as seen by a [`Rate`].
///
/// A bucket of tokens, kept as the one point in time at which it will be full again, in
/// microseconds: so nothing has to be refilled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bucket {
    full_at_us: u64,
}

impl Rate {
    /// Creates a rate: at most `starts` in `per_ms` milliseconds; both must be more than 0.
    pub fn new(starts: u32, per_ms: u64) -> Option<Self> {
        (starts > 0 && per_ms > 0).then_some(Self { starts, per_ms })
    }

    /// Returns how many may begin in [`Rate::per_ms`].
    pub const fn starts(self) -> u32 {
        self.starts
    }

    /// Returns in how many milliseconds [`Rate::starts`] may begin.
    pub const fn per_ms(self) -> u64 {
        self.per_ms
    }

    fn whole_us(self) -> u64 {
        self.per_ms.saturating_mul(1_000)
    }

    /// Returns how long one start takes its token, in microseconds.
    fn one_us(self) -> u64 {
        let one = self.whole_us().checked_div(u64::from(self.starts));
        one.unwrap_or(1).max(1)
    }
}

impl Bucket {
    /// Takes a token.
    pub fn take(&mut self, rate: Rate, now: Timestamp) {
        let from = self.full_at_us.max(micros(now));
        self.full_at_us = from.saturating_add(rate.one_us());
    }

    /// Returns when there is a token, if there is none now.
    pub fn empty_until(self, rate: Rate, now: Timestamp) -> Option<Timestamp> {
        let slack = rate.whole_us().saturating_sub(rate.one_us());
        let next_us = self.full_at_us.saturating_sub(slack);
        (next_us > micros(now)).then(|| Timestamp::from_millis(next_us.div_ceil(1_000)))
    }
}

impl TryFrom<Written> for Rate {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        Self::new(written.starts, written.per_ms).ok_or("a rate needs starts and per_ms above 0")
    }
}

impl From<Rate> for Written {
    fn from(rate: Rate) -> Self {
        Self {
            starts: rate.starts,
            per_ms: rate.per_ms,
        }
    }
}

const fn micros(at: Timestamp) -> u64 {
    at.as_millis().saturating_mul(1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_begin_than_the_rate_says_whenever_they_try() {
        for (starts, per_ms) in [(1, 1_000), (3, 1_000), (7, 10), (1_000, 60_000)] {
            let rate = Rate::new(starts, per_ms).unwrap();
            let (mut bucket, mut begun) = (Bucket::default(), 0_u64);
            let lasting = per_ms * 20;
            for millis in 0..lasting {
                let now = Timestamp::from_millis(1_000_000 + millis);
                while bucket.empty_until(rate, now).is_none() {
                    bucket.take(rate, now);
                    begun += 1;
                }
            }
            let most = u64::from(starts) * 21;
            assert!(
                begun <= most && begun >= most - u64::from(starts),
                "{begun} of {most}"
            );
        }
    }

    #[test]
    fn the_time_of_the_next_one_is_when_it_may_begin() {
        let rate = Rate::new(2, 1_000).unwrap();
        let mut bucket = Bucket::default();
        let now = Timestamp::from_millis(5_000);
        bucket.take(rate, now);
        assert_eq!(bucket.empty_until(rate, now), None);
        bucket.take(rate, now);
        let until = bucket.empty_until(rate, now).unwrap();
        assert_eq!(until, Timestamp::from_millis(5_500));
        assert_eq!(bucket.empty_until(rate, until), None);
    }

    #[test]
    fn a_rate_of_nothing_is_none() {
        assert_eq!(Rate::new(0, 1), None);
        assert!(serde_json::from_str::<Rate>(r#"{"starts":1,"per_ms":0}"#).is_err());
        let fastest = Rate::new(u32::MAX, 1).unwrap();
        let mut bucket = Bucket::default();
        bucket.take(fastest, Timestamp::from_millis(u64::MAX));
        assert!(
            bucket
                .empty_until(fastest, Timestamp::from_millis(0))
                .is_some()
        );
    }
}
