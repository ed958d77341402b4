//! What the scheduler's indexes say, found out the slow way: by looking at every record.

use std::collections::HashSet;

use crate::engine::{DispatchMode, State};
use crate::model::{
    Flow, OnFailure, Origin, PoolName, Task, TaskId, TaskStatus, Timestamp, Worker, WorkerId,
};

/// Returns the pair that is to be matched next.
pub(super) fn next_match(state: &State, now: Timestamp) -> Option<(TaskId, WorkerId)> {
    let mut tasks: Vec<_> = state.tasks().into_iter().collect();
    tasks.retain(|task| task.status() == TaskStatus::Pending && may_begin(state, task));
    tasks.sort_by_key(|task| rank(task));
    tasks.into_iter().find_map(|task| {
        let workers = state.workers().into_iter();
        let fitting = workers.filter(|worker| takes(state, worker, task, now));
        let best =
            fitting.min_by_key(|worker| (worker.offer.tags.len(), worker.load(), worker.order))?;
        Some((task.id, best.id))
    })
}

/// Returns when the clock has something to do next.
pub(super) fn next_wake(state: &State) -> Option<Timestamp> {
    if state.tasks().into_iter().any(|task| is_doomed(state, task)) {
        return Some(Timestamp::default());
    }
    let unfinished = state.tasks().into_iter();
    let unfinished = unfinished.filter(|task| !task.status().is_final());
    let needed: HashSet<_> = unfinished.flat_map(|task| &task.spec.after.tasks).collect();
    let tasks = state.tasks().into_iter();
    tasks
        .filter_map(|task| due(state, task, needed.contains(&task.id)))
        .chain(made_by_the_clock(state))
        .chain(state.workers().into_iter().filter_map(Worker::due_at))
        .min()
}

/// Returns when the schedules make their next tasks.
fn made_by_the_clock(state: &State) -> impl Iterator<Item = Timestamp> {
    let open = state.schedules().filter(|one| one.flow == Flow::Open);
    open.filter_map(|schedule| schedule.next_at)
}

/// Returns how many tasks run in a pool.
pub(super) fn running_in(state: &State, pool: &PoolName) -> usize {
    state.count_tasks(|task| {
        let attempt = task.live_attempt();
        let worker = attempt.and_then(|attempt| state.worker(attempt.worker));
        worker.is_some_and(|worker| worker.offer.pool == *pool)
    })
}

fn may_begin(state: &State, task: &Task) -> bool {
    let is_open = |id: &TaskId| {
        let other = state.task(*id);
        other.is_some_and(|other| !other.status().is_final())
    };
    let has_room = task.spec.concurrency.as_ref().is_none_or(|limit| {
        let same = state.count_tasks(|other| {
            let key = other.spec.concurrency.as_ref().map(|other| &other.key);
            other.status() == TaskStatus::Running
                && other.submitter == task.submitter
                && key == Some(&limit.key)
        });
        same < usize::try_from(limit.max).unwrap()
    });
    has_room && !task.spec.after.tasks.iter().any(is_open) && !is_doomed(state, task)
}

fn is_doomed(state: &State, task: &Task) -> bool {
    let has_failed = |id: &TaskId| {
        let status = state.task(*id).map(Task::status);
        matches!(status, Some(TaskStatus::Failed | TaskStatus::Cancelled))
    };
    let after = &task.spec.after;
    !task.status().is_final()
        && after.on_failure == OnFailure::Fail
        && after.tasks.iter().any(has_failed)
}

fn rank(task: &Task) -> (i64, u64) {
    let since = task
        .submitted_at
        .max(task.spec.not_before.unwrap_or_default());
    let points = i64::from(task.spec.priority.points());
    let since = i64::try_from(since.as_millis()).unwrap() - (points - 50) * 60_000;
    (since, task.order)
}

fn takes(state: &State, worker: &Worker, task: &Task, now: Timestamp) -> bool {
    let by_itself =
        worker.origin == Origin::Joined || state.config().dispatch == DispatchMode::Auto;
    let is_open = state.pool_holds_back(&worker.offer.pool, now).is_none();
    by_itself && is_open && worker.is_free() && worker.offer.fits(&task.spec)
}

fn due(state: &State, task: &Task, is_needed: bool) -> Option<Timestamp> {
    let retention = &state.config().retention;
    let key = task.spec.idempotency_key.as_ref();
    let key = key.map(|_| task.submitted_at.saturating_add(retention.idempotency_keys));
    let end = retention.end_of(&task.state).filter(|_| !is_needed);
    task.state.due_at().or_else(|| end.max(end.and(key)))
}
