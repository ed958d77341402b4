//! What the scheduler can be told.

use crate::engine::commands::{
    AddLog, Cancel, CancelMany, Complete, CreateSchedule, DeleteSchedule, Disband, Disconnect,
    Drain, Emit, Fail, ForgetPool, GiveBack, Govern, Join, Leave, Lose, Reap, Register, Renew,
    Resume, Retry, Revoke, SaveCheckpoint, SetFlow, SetLimits, SetProgress, SetScheduleFlow, Start,
    Stopped, Submit, SubmitMany, Touch,
};
use crate::model::Epoch;

/// What the scheduler can be told.
#[derive(Debug, Clone, PartialEq)]
#[allow(
    clippy::large_enum_variant,
    reason = "most commands are submissions, which would be allocated once more each"
)]
pub enum Command {
    /// Accept a task.
    Submit(Submit),
    /// Accept tasks, all or none.
    SubmitMany(SubmitMany),
    /// Have a worker begin an attempt at a task.
    Start(Start),
    /// Record how far a task has come.
    SetProgress(SetProgress),
    /// Record a log line.
    AddLog(AddLog),
    /// Record a partial result.
    Emit(Emit),
    /// Record where the next attempt can take up the work.
    SaveCheckpoint(SaveCheckpoint),
    /// Record a task's result.
    Complete(Complete),
    /// Record that an attempt has failed.
    Fail(Fail),
    /// Give up a task.
    Cancel(Cancel),
    /// Give up many tasks.
    CancelMany(CancelMany),
    /// Say how much an account may take up.
    Govern(Govern),
    /// Accept a worker.
    Register(Register),
    /// Dismiss a worker, for good.
    Revoke(Revoke),
    /// Have a task tried once more that had been given up.
    Retry(Retry),
    /// Record that a worker has gone.
    Lose(Lose),
    /// Record that all workers have gone.
    Disband(Disband),
    /// Have tasks begin, or not, in a pool or anywhere.
    SetFlow(SetFlow),
    /// Set how much goes on in a pool.
    SetLimits(SetLimits),
    /// Forget what was set of a pool.
    ForgetPool(ForgetPool),
    /// Have tasks made by the clock.
    CreateSchedule(Box<CreateSchedule>),
    /// Have a schedule make tasks, or not.
    SetScheduleFlow(SetScheduleFlow),
    /// Forget a schedule.
    DeleteSchedule(DeleteSchedule),
    /// Accept a worker that has joined from elsewhere.
    Join(Join),
    /// Record that a worker that has joined is there.
    Renew(Renew),
    /// Record that the connection of a worker was lost that has joined.
    Disconnect(Disconnect),
    /// Record that a worker is back that has joined.
    Resume(Resume),
    /// Have a worker get no more tasks.
    Drain(Drain),
    /// Record that a worker has left in good order.
    Leave(Leave),
    /// Record that a worker does not go on with an attempt.
    GiveBack(GiveBack),
    /// Record that a worker has stopped what it was asked to stop.
    Stopped(Stopped),
    /// Look at what the clock has made due.
    Due,
    /// Forget what was finished long ago.
    Reap(Reap),
    /// Store something that is stored already.
    Touch(Touch),
}

/// On whose authority a task's record is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// The task's attempt of that epoch; it is heard only while it is under way.
    Attempt(Epoch),
    /// Someone who stands above attempts; heard until the task has come to an end.
    Supervisor,
}
