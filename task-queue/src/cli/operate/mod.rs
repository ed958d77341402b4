//! The commands of those who run a queue: its workers, its pools, its schedules.

mod options;
mod pools;
mod schedules;
mod workers;

pub use options::{
    FlowOptions, MissedTimes, NewScheduleOptions, QueueOptions, ScheduleAction, ScheduleOptions,
    SchedulesOptions,
};
pub(super) use pools::{Direction, pools, set_flow};
pub(super) use schedules::schedules;
pub(super) use workers::workers;
