//! Tasks that are made by the clock.

use capnweb_runtime::{Result, capability};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::task::Done;
use crate::model::{Flow, Misfire, ScheduleId, TaskId, TaskType, Timestamp};

/// The schedules, each of which makes a task at the times of its calendar. A time makes one task,
/// whatever becomes of the process.
#[capability]
pub trait Schedules {
    /// Has tasks made from now on.
    async fn create(&self, schedule: NewSchedule) -> Result<ScheduleInfo>;

    /// Lists the schedules.
    async fn list(&self) -> Result<Vec<ScheduleInfo>>;

    /// Has a schedule make no tasks.
    async fn pause(&self, id: String) -> Result<Done>;

    /// Has a schedule make tasks again. Times that have passed meanwhile are not made up for.
    async fn resume(&self, id: String) -> Result<Done>;

    /// Forgets a schedule; the tasks that it has made stay.
    async fn delete(&self, id: String) -> Result<Done>;
}

/// What is to be made when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewSchedule {
    /// When: five fields, such as `0 9 * * mon-fri`.
    pub cron: String,
    /// In which time zone, such as `Europe/Zurich`.
    #[serde(default = "utc")]
    pub zone: String,
    /// What is to be done.
    #[serde(rename = "type")]
    pub kind: String,
    /// With what; as for a task that is submitted.
    #[serde(default)]
    pub params: Value,
    /// What becomes of times that were missed by more than a minute: `once`, one task for all of
    /// them, or `skip`.
    #[serde(default)]
    pub misfire: Misfire,
}

/// A schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleInfo {
    /// Its name.
    pub id: ScheduleId,
    /// When it makes tasks.
    pub cron: String,
    /// In which time zone.
    pub zone: String,
    /// What is to be done.
    #[serde(rename = "type")]
    pub kind: TaskType,
    /// With what.
    pub params: Value,
    /// What becomes of times that were missed.
    pub misfire: Misfire,
    /// Whether it makes tasks: `open` or `paused`.
    pub flow: Flow,
    /// When it makes the next one.
    pub next_at: Option<Timestamp>,
    /// How many it has made.
    pub made: u64,
    /// The latest of them.
    pub latest: Option<TaskId>,
    /// Why the latest one was refused, if it was.
    pub refusal: Option<String>,
}

fn utc() -> String {
    "UTC".to_owned()
}
