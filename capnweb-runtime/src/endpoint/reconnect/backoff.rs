//! How long to wait between attempts.

use std::time::Duration;

use super::settings::Reconnect;

/// Exponential backoff with full jitter: each wait is anything up to a bound that doubles.
pub(super) struct Backoff {
    base: Duration,
    cap: Duration,
    bound: Duration,
}

impl Backoff {
    pub(super) const fn new(settings: &Reconnect) -> Self {
        Self {
            base: settings.base,
            cap: settings.cap,
            bound: settings.base,
        }
    }

    /// Begins anew.
    pub(super) const fn reset(&mut self) {
        self.bound = self.base;
    }

    /// Returns the next wait, by a random number.
    pub(super) fn next(&mut self, random: u64) -> Duration {
        let bound = self.bound.min(self.cap);
        self.bound = bound.saturating_mul(2);
        part_of(bound, random)
    }
}

/// Returns a part of a time, as large as a number among all there are.
fn part_of(time: Duration, random: u64) -> Duration {
    let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    let part = u128::from(nanos).saturating_mul(u128::from(random)) >> u64::BITS;
    Duration::from_nanos(u64::try_from(part).unwrap_or(nanos))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Backoff;
    use crate::endpoint::reconnect::Reconnect;

    const fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn waits(backoff: &mut Backoff, random: u64) -> Vec<u128> {
        (0..6).map(|_| backoff.next(random).as_millis()).collect()
    }

    /// The fault: every client of a server that was restarted comes back at the same moment, or an
    /// outage of hours ends with a wait of hours.
    #[test]
    fn waits_are_anything_up_to_a_bound_that_doubles_up_to_the_cap() {
        let settings = Reconnect::new().backoff(millis(100), millis(1000));
        let mut longest = Backoff::new(&settings);
        assert_eq!(
            waits(&mut longest, u64::MAX),
            [99, 199, 399, 799, 999, 999],
            "as good as the bound"
        );
        let mut middle = Backoff::new(&settings);
        assert_eq!(waits(&mut middle, 1 << 63), [50, 100, 200, 400, 500, 500]);
        let mut shortest = Backoff::new(&settings);
        assert_eq!(waits(&mut shortest, 0), [0; 6]);
        longest.reset();
        assert_eq!(longest.next(u64::MAX).as_millis(), 99);
    }

    /// The fault: a bound that overflows after many failures, and begins anew at nothing.
    #[test]
    fn bounds_do_not_overflow() {
        let settings = Reconnect::new().backoff(Duration::MAX, Duration::MAX);
        let mut backoff = Backoff::new(&settings);
        for _ in 0..200 {
            assert!(backoff.next(u64::MAX) > Duration::from_hours(24 * 365));
        }
    }

    #[test]
    fn a_base_of_nothing_is_not_taken() {
        let settings = Reconnect::new().backoff(Duration::ZERO, Duration::ZERO);
        assert!(Backoff::new(&settings).next(u64::MAX) > Duration::ZERO);
    }
}
