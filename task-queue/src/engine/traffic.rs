//! What goes on in the pools: how many tasks run, and how fast they have begun.

use std::collections::BTreeMap;

use crate::engine::settings::Settings;
use crate::model::{Bucket, Flow, IdMap, PoolName, TaskId, Timestamp, Waiting};

/// What goes on in the pools. How fast tasks have begun is forgotten with the process.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Traffic {
    running: IdMap<TaskId, PoolName>,
    counts: BTreeMap<PoolName, usize>,
    buckets: BTreeMap<PoolName, Bucket>,
}

impl Traffic {
    /// Counts a task that runs in a pool.
    pub(super) fn enter(&mut self, task: TaskId, pool: PoolName) {
        let count = self.counts.entry(pool.clone()).or_default();
        *count = count.saturating_add(1);
        self.running.insert(task, pool);
    }

    /// Counts a task no more.
    pub(super) fn leave(&mut self, task: TaskId) {
        let Some(pool) = self.running.remove(&task) else {
            return;
        };
        let Some(count) = self.counts.get_mut(&pool) else {
            return;
        };
        *count = count.saturating_sub(1);
        if *count == 0 {
            self.counts.remove(&pool);
        }
    }

    /// Notes that a task begins in a pool.
    pub(super) fn begin(&mut self, settings: &Settings, pool: &PoolName, now: Timestamp) {
        let settings = settings.pool(pool);
        if let Some(rate) = settings.and_then(|settings| settings.limits.rate) {
            let bucket = self.buckets.entry(pool.clone()).or_default();
            bucket.take(rate, now);
        }
    }

    /// Forgets how fast tasks have begun in a pool: it is set to another rate.
    pub(super) fn forget_rate(&mut self, pool: &PoolName) {
        self.buckets.remove(pool);
    }

    /// Returns how many tasks run in a pool.
    pub(super) fn running(&self, pool: &PoolName) -> usize {
        self.counts.get(pool).copied().unwrap_or_default()
    }

    /// Returns why no task begins in a pool, if none does.
    pub(super) fn holds_back(
        &self,
        settings: &Settings,
        pool: &PoolName,
        now: Timestamp,
    ) -> Option<Waiting> {
        if settings.queue().flow == Flow::Paused {
            return Some(Waiting::QueuePaused);
        }
        let settings = settings.pool(pool)?;
        if settings.flow == Flow::Paused {
            let pool = pool.clone();
            return Some(Waiting::PoolPaused { pool });
        }
        let running = self.running(pool);
        let full = settings.limits.max_running;
        let full = full.filter(|max| u32::try_from(running).is_ok_and(|running| running >= *max));
        if let Some(max) = full {
            let pool = pool.clone();
            return Some(Waiting::PoolFull { pool, max });
        }
        let (rate, bucket) = settings.limits.rate.zip(self.buckets.get(pool))?;
        let until = bucket.empty_until(rate, now)?;
        let pool = pool.clone();
        Some(Waiting::RateLimited { pool, until })
    }
}
