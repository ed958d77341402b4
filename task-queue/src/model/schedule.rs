//! Tasks that are made by the clock.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::{Calendar, Flow, ScheduleId, Submitter, TaskId, TaskSpec, Timestamp};

/// A schedule's record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// Its name.
    pub id: ScheduleId,
    /// How often the record has been written to the store.
    pub revision: u64,
    /// When it makes tasks.
    pub calendar: Calendar,
    /// What is to be done each time.
    pub template: Arc<TaskSpec>,
    /// Whose tasks they are.
    pub submitter: Submitter,
    /// What becomes of a time that was missed.
    pub misfire: Misfire,
    /// Whether it makes tasks.
    pub flow: Flow,
    /// When it makes the next one, if there is another time in its calendar.
    pub next_at: Option<Timestamp>,
    /// How many tasks it has made.
    pub made: u64,
    /// The latest of them.
    pub latest: Option<TaskId>,
    /// Why the latest one was refused, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
}

/// What becomes of a time at which the queue was not there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Misfire {
    /// One task is made as soon as it is there again, however many times were missed.
    #[default]
    Once,
    /// Nothing: it goes on with the next time.
    Skip,
}

impl Schedule {
    /// Returns the name of the task that it makes next.
    ///
    /// It follows from the schedule's own, so that making it needs no source of randomness: a task
    /// that is made twice, by whatever mistake, would be refused.
    pub fn next_task(&self) -> TaskId {
        let seed = mix(self.id.bits());
        TaskId::of_bits(mix(seed.wrapping_add(u128::from(self.made))))
    }
}

/// Mixes the bits, so that neighbours become strangers; no two become the same.
fn mix(bits: u128) -> u128 {
    (0..3).fold(bits.wrapping_add(ODD), |bits, _| {
        let bits = (bits ^ (bits >> 67)).wrapping_mul(ODD);
        bits ^ (bits >> 61)
    })
}

/// An odd number with as many ones as zeros, more or less: multiplying by it loses nothing.
const ODD: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
