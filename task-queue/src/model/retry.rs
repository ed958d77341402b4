//! When a failed task is tried again.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::TaskId;

/// How often a task is attempted, and how long it waits in between.
///
/// The wait after the n-th failure is `(n−1)⁴ + 1` units, give or take a tenth, so that tasks that
/// failed together do not come back together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetryPolicy {
    /// How many attempts there are at most, the first included; 0 counts as 1.
    pub max_attempts: u32,
    /// How many workers may be lost under the task before it counts as their killer and fails.
    pub max_losses: u32,
    /// The unit of the waiting time in milliseconds.
    pub unit_ms: u64,
    /// The longest wait in milliseconds.
    pub max_delay_ms: u64,
}

impl RetryPolicy {
    /// One attempt and no more.
    pub const NEVER: Self = Self {
        max_attempts: 1,
        ..Self::PATIENT
    };

    /// Five attempts, with waits that begin at a second and grow to a minute and a half.
    pub const PATIENT: Self = Self {
        max_attempts: 5,
        max_losses: 16,
        unit_ms: 1_000,
        max_delay_ms: 24 * 60 * 60 * 1_000,
    };

    /// Returns whether there is another attempt after this many failures.
    pub const fn allows_another(&self, failures: u32) -> bool {
        failures < self.max_attempts
    }

    /// Returns how long the task waits after its `failures`-th failure (1 is the first).
    ///
    /// The jitter is drawn from the task's id, which is random: the same task in the same state
    /// always waits equally long, and the scheduler needs no source of randomness.
    pub fn delay(&self, failures: u32, task: TaskId) -> Duration {
        let n = u64::from(failures.saturating_sub(1));
        let units = n.saturating_pow(4).saturating_add(1);
        let exact = units.saturating_mul(self.unit_ms).min(self.max_delay_ms);
        let spread = exact / 5;
        let offset = jitter(task, failures).checked_rem(spread.saturating_add(1));
        let shortest = exact.saturating_sub(spread / 2);
        Duration::from_millis(shortest.saturating_add(offset.unwrap_or(0)))
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::PATIENT
    }
}

/// Mixes the bits of the id and the round (splitmix64's finish).
fn jitter(task: TaskId, failures: u32) -> u64 {
    let folded = task.bits() ^ (task.bits() >> 64) ^ u128::from(failures);
    let low = u64::try_from(folded & u128::from(u64::MAX)).unwrap_or(0);
    let mixed = low.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Entropy;

    struct Counter(u128);

    impl Entropy for Counter {
        fn draw(&mut self) -> u128 {
            self.0 += 1;
            self.0
        }
    }

    fn tasks() -> impl Iterator<Item = TaskId> {
        let mut source = Counter(0);
        std::iter::repeat_with(move || TaskId::generate(&mut source)).take(500)
    }

    #[test]
    fn waits_grow_with_the_fourth_power_and_stay_within_a_tenth() {
        for (failures, exact) in [(1, 1_000), (2, 2_000), (3, 17_000), (4, 82_000)] {
            for task in tasks() {
                let delay = RetryPolicy::PATIENT.delay(failures, task);
                let off = delay.abs_diff(Duration::from_millis(exact));
                assert!(
                    off <= Duration::from_millis(exact / 10),
                    "{failures}: {delay:?}"
                );
            }
        }
    }

    #[test]
    fn tasks_that_failed_together_do_not_come_back_together() {
        let mut delays: Vec<_> = tasks()
            .map(|task| RetryPolicy::PATIENT.delay(3, task))
            .collect();
        delays.sort();
        delays.dedup();
        assert!(delays.len() > 400, "only {} different waits", delays.len());
    }

    #[test]
    fn a_huge_number_of_failures_waits_the_longest_wait() {
        let task = tasks().next().unwrap();
        let longest = Duration::from_millis(RetryPolicy::PATIENT.max_delay_ms);
        let delay = RetryPolicy::PATIENT.delay(u32::MAX, task);
        assert!(delay <= longest + longest / 10);
    }

    #[test]
    fn a_policy_of_no_attempts_still_makes_the_first() {
        let none = RetryPolicy {
            max_attempts: 0,
            ..RetryPolicy::PATIENT
        };
        assert!(!none.allows_another(1));
        assert!(!RetryPolicy::NEVER.allows_another(1));
        assert!(RetryPolicy::PATIENT.allows_another(4));
        assert!(!RetryPolicy::PATIENT.allows_another(5));
    }
}
