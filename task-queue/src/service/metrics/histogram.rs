//! How often something took how long.

use std::time::Duration;

/// How often something took how long, by bounds that are known beforehand.
#[derive(Debug, Clone)]
pub(super) struct Histogram {
    bounds: &'static [Duration],
    /// As many as bounds, and one more for what is beyond them all.
    counts: Vec<u64>,
    sum: Duration,
}

impl Histogram {
    /// Creates one of which nothing is counted yet; the bounds rise.
    pub(super) fn new(bounds: &'static [Duration]) -> Self {
        Self {
            bounds,
            counts: vec![0; bounds.len().saturating_add(1)],
            sum: Duration::ZERO,
        }
    }

    /// Counts something that took so long.
    pub(super) fn add(&mut self, took: Duration) {
        let place = self.bounds.partition_point(|bound| *bound < took);
        if let Some(count) = self.counts.get_mut(place) {
            *count = count.saturating_add(1);
        }
        self.sum = self.sum.saturating_add(took);
    }

    /// Returns how often it took at most so long, for every bound.
    pub(super) fn up_to(&self) -> impl Iterator<Item = (Duration, u64)> {
        let mut sum = 0_u64;
        self.bounds
            .iter()
            .zip(&self.counts)
            .map(move |(bound, count)| {
                sum = sum.saturating_add(*count);
                (*bound, sum)
            })
    }

    /// Returns how often it took any time.
    pub(super) fn count(&self) -> u64 {
        self.counts
            .iter()
            .fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Returns how long it took altogether.
    pub(super) const fn sum(&self) -> Duration {
        self.sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: [Duration; 2] = [Duration::from_millis(1), Duration::from_secs(1)];

    #[test]
    fn what_is_at_a_bound_is_within_it_and_what_is_beyond_all_is_counted() {
        let mut histogram = Histogram::new(&BOUNDS);
        for millis in [0, 1, 2, 1_000, 1_001] {
            histogram.add(Duration::from_millis(millis));
        }
        let up_to: Vec<_> = histogram.up_to().map(|(_, count)| count).collect();
        assert_eq!(up_to, [2, 4]);
        assert_eq!(histogram.count(), 5);
        assert_eq!(histogram.sum(), Duration::from_millis(2_004));
    }
}
