//! When a failed task is tried again.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::{Failure, TaskId, Timestamp};

/// How often a task is attempted, and how long it waits in between.
///
/// The wait after the n-th failure is `(n−1)⁴ + 1` units, give or take a tenth, so that tasks that
/// failed together do not come back together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetryPolicy {
    /// How many attempts there are at most, the first included; 0 counts as 1.
    pub max_attempts: u32,
    /// How many workers may be lost under the task, within `loss_window_ms`, before it counts as
    /// their killer and fails. Of more than 1,000, it never does.
    pub max_losses: u32,
    /// How long a loss counts, in milliseconds.
    pub loss_window_ms: u64,
    /// The unit of the waiting time in milliseconds.
    pub unit_ms: u64,
    /// The longest wait in milliseconds.
    pub max_delay_ms: u64,
    /// What becomes of the task after certain errors, by their codes or names; else it is as the
    /// rest of the policy says.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub errors: BTreeMap<String, ErrorRule>,
}

/// What becomes of a task after an error of some code or name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorRule {
    /// It is tried again as usual, even if the error calls itself permanent.
    Retry,
    /// It is tried again after so many milliseconds, or up to a tenth more; that counts as an
    /// attempt.
    RetryAfter(u64),
    /// It is kept as failed, however long, until somebody has it tried again.
    Park,
    /// It has failed for good.
    Dead,
}

/// What becomes of a task after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is tried again after that time.
    RetryIn(Duration),
    /// It is kept as failed until somebody has it tried again.
    Park,
    /// It has failed for good.
    GiveUp,
}

impl RetryPolicy {
    /// One attempt and no more.
    pub const NEVER: Self = Self {
        max_attempts: 1,
        max_losses: 3,
        loss_window_ms: 72 * HOUR,
        unit_ms: 1_000,
        max_delay_ms: 24 * HOUR,
        errors: BTreeMap::new(),
    };

    /// 25 attempts, with waits that begin at a second and grow to a day.
    pub const PATIENT: Self = Self {
        max_attempts: 25,
        max_losses: 3,
        loss_window_ms: 72 * HOUR,
        unit_ms: 1_000,
        max_delay_ms: 24 * HOUR,
        errors: BTreeMap::new(),
    };

    /// Returns the policy of one attempt and no more. Most tasks have it, and share it.
    pub fn never() -> Arc<Self> {
        static NEVER: LazyLock<Arc<RetryPolicy>> = LazyLock::new(|| Arc::new(RetryPolicy::NEVER));
        Arc::clone(&NEVER)
    }

    /// Notes one more loss among those before it, and forgets those that no longer count; returns
    /// whether the task counts as the killer of its workers.
    pub fn count_loss(&self, losses: &mut Vec<Timestamp>, now: Timestamp) -> bool {
        losses.retain(|&at| self.remembers(now.saturating_since(at)));
        losses.push(now);
        let surplus = losses.len().saturating_sub(MAX_LOSSES);
        losses.drain(..surplus);
        let max = usize::try_from(self.max_losses).unwrap_or(usize::MAX);
        losses.len() >= max
    }

    /// Returns whether a loss that is so old counts still.
    pub fn remembers(&self, age: Duration) -> bool {
        age < Duration::from_millis(self.loss_window_ms)
    }

    /// Returns whether another attempt is allowed after this many failures.
    pub const fn allows_another(&self, failures: u32) -> bool {
        failures < self.max_attempts
    }

    /// Returns what becomes of the task after its `failures`-th failure (1 is the first).
    pub fn verdict(&self, failure: &Failure, failures: u32, task: TaskId) -> Verdict {
        let usual = || Verdict::RetryIn(self.delay(failures, task).max(self.asked_for(failure)));
        let wish = match self.rule_for(failure) {
            Some(ErrorRule::Park) => return Verdict::Park,
            Some(ErrorRule::RetryAfter(millis)) => {
                Verdict::RetryIn(at_least(millis, failures, task))
            }
            Some(ErrorRule::Retry) => usual(),
            None if failure.is_retryable() => usual(),
            Some(ErrorRule::Dead) | None => return Verdict::GiveUp,
        };
        if self.allows_another(failures) {
            wish
        } else {
            Verdict::GiveUp
        }
    }

    /// Returns how long the failure itself asks to wait, which is not longer than the longest wait.
    fn asked_for(&self, failure: &Failure) -> Duration {
        let millis = failure.retry_after_ms.unwrap_or_default();
        Duration::from_millis(millis.min(self.max_delay_ms))
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

    /// Returns the rule for a failure: that for its code, or else that for its name.
    fn rule_for(&self, failure: &Failure) -> Option<ErrorRule> {
        let rule = |word: &Option<String>| self.errors.get(word.as_deref()?).copied();
        rule(&failure.code).or_else(|| rule(&failure.name))
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::PATIENT
    }
}

/// Returns a wait of so many milliseconds, or up to a tenth more.
fn at_least(millis: u64, failures: u32, task: TaskId) -> Duration {
    let spread = (millis / 10).saturating_add(1);
    let offset = jitter(task, failures).checked_rem(spread).unwrap_or(0);
    Duration::from_millis(millis.saturating_add(offset))
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

const HOUR: u64 = 60 * 60 * 1_000;

/// How many losses of a task are remembered.
const MAX_LOSSES: usize = 1_000;

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
        assert!(RetryPolicy::PATIENT.allows_another(24));
        assert!(!RetryPolicy::PATIENT.allows_another(25));
    }

    #[test]
    fn rules_are_found_by_code_before_name_and_bounded_by_the_attempts() {
        let policy: RetryPolicy = serde_json::from_value(serde_json::json!({
            "max_attempts": 3,
            "errors": {
                "E_BUSY": {"retry_after": 5_000}, "TypeError": "dead", "Range": "retry", "E_ASK": "park",
            },
        }))
        .unwrap();
        let task = tasks().next().unwrap();
        let failure = |name: &str, code: Option<&str>| Failure {
            name: Some(name.to_owned()),
            code: code.map(str::to_owned),
            ..Failure::permanent("no")
        };
        let verdict = |failure: Failure, failures| policy.verdict(&failure, failures, task);
        let Verdict::RetryIn(wait) = verdict(failure("TypeError", Some("E_BUSY")), 1) else {
            panic!("the code comes first");
        };
        assert!((5_000..=5_500).contains(&wait.as_millis()), "{wait:?}");
        assert_eq!(verdict(failure("TypeError", None), 1), Verdict::GiveUp);
        assert_eq!(verdict(failure("Error", Some("E_ASK")), 3), Verdict::Park);
        assert_eq!(verdict(failure("Other", None), 1), Verdict::GiveUp);
        let usual = Verdict::RetryIn(policy.delay(1, task));
        assert_eq!(verdict(failure("Range", Some("unknown")), 1), usual);
        for code in ["E_BUSY", "Range"] {
            assert_eq!(verdict(failure(code, Some(code)), 3), Verdict::GiveUp);
        }
    }

    #[test]
    fn losses_count_for_their_window_only() {
        let policy = RetryPolicy::NEVER;
        let at = |hours: u64| Timestamp::from_millis(hours * HOUR);
        let mut losses = Vec::new();
        for hours in [0, 1, 73, 74] {
            assert!(!policy.count_loss(&mut losses, at(hours)), "{hours} h");
        }
        assert!(policy.count_loss(&mut losses, at(144)));
    }

    #[test]
    fn of_very_many_losses_the_latest_are_remembered() {
        let policy = RetryPolicy {
            max_losses: u32::MAX,
            ..RetryPolicy::NEVER
        };
        let mut losses = Vec::new();
        for millis in 0..2_000 {
            assert!(!policy.count_loss(&mut losses, Timestamp::from_millis(millis)));
        }
        assert_eq!(losses.len(), MAX_LOSSES);
        assert_eq!(losses.last(), Some(&Timestamp::from_millis(1_999)));
    }
}
