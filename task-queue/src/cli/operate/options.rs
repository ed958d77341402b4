//! What is said on the command line about workers, pools and schedules.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::Value;

use crate::cli::args::{Client, json};
use crate::model::{Misfire, PoolName};

/// Which queue it is about.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[non_exhaustive]
pub struct QueueOptions {
    /// Which queue.
    #[command(flatten)]
    pub client: Client,
}

/// What is paused, or resumed.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[non_exhaustive]
pub struct FlowOptions {
    /// The pool [default: the queue as a whole]
    #[arg(value_name = "POOL")]
    pub pool: Option<PoolName>,
    /// Which queue.
    #[command(flatten)]
    pub client: Client,
}

/// What is to be done about schedules.
#[derive(Debug, Clone, PartialEq, Args)]
#[non_exhaustive]
pub struct SchedulesOptions {
    /// What is to be done.
    #[command(subcommand)]
    pub action: ScheduleAction,
}

/// What is to be done about schedules.
#[derive(Debug, Clone, PartialEq, Subcommand)]
#[non_exhaustive]
pub enum ScheduleAction {
    /// Print the schedules that there are
    List(QueueOptions),
    /// Have a task made at the times of a calendar; prints the schedule's id
    Add(NewScheduleOptions),
    /// Forget a schedule; the tasks that it has made stay
    Remove(ScheduleOptions),
    /// Have a schedule make no tasks
    Pause(ScheduleOptions),
    /// Have a schedule make tasks again; times that have passed are not made up for
    Resume(ScheduleOptions),
}

/// What is made when.
#[derive(Debug, Clone, PartialEq, Args)]
#[non_exhaustive]
pub struct NewScheduleOptions {
    /// When, in five fields: `0 9 * * mon-fri`
    pub cron: String,
    /// The tasks' type
    #[arg(value_name = "TYPE")]
    pub kind: String,
    /// The tasks' parameters, a JSON object
    #[arg(value_name = "PARAMS", default_value = "{}", value_parser = json)]
    pub params: Value,
    /// The time zone of the calendar, such as `Europe/Zurich`
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub zone: String,
    /// What becomes of times that were missed: one task for all of them, or none
    #[arg(long, value_name = "once|skip", default_value = "once")]
    pub misfire: MissedTimes,
    /// Which queue.
    #[command(flatten)]
    pub client: Client,
}

/// Which schedule it is about.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[non_exhaustive]
pub struct ScheduleOptions {
    /// The schedule's id
    pub id: String,
    /// Which queue.
    #[command(flatten)]
    pub client: Client,
}

/// What becomes of times that were missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MissedTimes {
    /// One task for all of them.
    Once,
    /// None.
    Skip,
}

impl From<MissedTimes> for Misfire {
    fn from(missed: MissedTimes) -> Self {
        match missed {
            MissedTimes::Once => Self::Once,
            MissedTimes::Skip => Self::Skip,
        }
    }
}
