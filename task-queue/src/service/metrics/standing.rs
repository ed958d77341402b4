//! How a queue stands at the moment.

use std::collections::BTreeMap;

use super::capped::Capped;
use crate::engine::State;
use crate::model::{Flow, PoolName, TaskType, Timestamp};

/// How a queue stands at the moment, by what it keeps count of anyway.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// How many tasks there are, by where they stand, what they are, and which pool they ask for.
    pub(super) tasks: Capped<(&'static str, TaskType, Option<PoolName>), usize>,
    /// How long, in seconds, those wait that are the next to begin, by type and pool asked for.
    pub(super) waits: Capped<(TaskType, Option<PoolName>), f64>,
    pub(super) pools: BTreeMap<PoolName, PoolStanding>,
    pub(super) all_tasks: usize,
    pub(super) max_tasks: usize,
    pub(super) bytes: usize,
    pub(super) max_bytes: usize,
    pub(super) is_paused: bool,
    pub(super) schedules: usize,
}

/// How a pool stands.
#[derive(Debug)]
pub(super) struct PoolStanding {
    pub(super) workers: usize,
    pub(super) running: usize,
    pub(super) is_paused: bool,
}

impl Standing {
    pub(super) fn of(state: &State, now: Timestamp) -> Self {
        let limits = &state.config().limits;
        let mut standing = Self {
            all_tasks: state.task_count(),
            max_tasks: limits.tasks,
            bytes: state.bytes(),
            max_bytes: limits.total_bytes,
            is_paused: state.queue_settings().flow == Flow::Paused,
            schedules: state.schedules().count(),
            ..Self::default()
        };
        for (group, count) in state.groups() {
            let name = (group.status.name(), group.kind.clone(), group.pool.clone());
            let sum = standing.tasks.of(&name);
            *sum = sum.saturating_add(count);
        }
        for (need, task) in state.next_in_line() {
            let ready_at = task
                .submitted_at
                .max(task.spec.not_before.unwrap_or_default());
            let wait = now.saturating_since(ready_at).as_secs_f64();
            let longest = standing.waits.of(&(need.kind.clone(), need.pool.clone()));
            *longest = longest.max(wait);
        }
        let pools = state.pools().into_iter().take(MAX_POOLS);
        standing.pools = pools.map(|pool| pool_of(state, pool)).collect();
        standing
    }
}

fn pool_of(state: &State, pool: PoolName) -> (PoolName, PoolStanding) {
    let settings = state.pool_settings(&pool);
    let standing = PoolStanding {
        workers: state.workers_in(&pool),
        running: state.running_in(&pool),
        is_paused: settings.is_some_and(|settings| settings.flow == Flow::Paused),
    };
    (pool, standing)
}

/// How many pools are told of.
const MAX_POOLS: usize = 200;
