//! The settings as a part of the state.

use crate::engine::state::State;
use crate::model::{
    PoolName, PoolSettings, QueueSettings, Schedule, ScheduleId, Setting, SettingId, Timestamp,
    Waiting,
};

impl State {
    /// Returns what the queue as a whole is set to.
    pub const fn queue_settings(&self) -> &QueueSettings {
        self.settings.queue()
    }

    /// Returns what a pool is set to, if anything was set or is remembered of it.
    pub fn pool_settings(&self, name: &PoolName) -> Option<&PoolSettings> {
        self.settings.pool(name)
    }

    /// Returns the names of the pools: those of which there is something to remember, those that
    /// have workers, and those that are always there.
    pub fn pools(&self) -> Vec<PoolName> {
        let set = self.settings.pools().map(|pool| &pool.name);
        let staffed = self.matching.crews().pools();
        let always = [PoolName::CPU, PoolName::GPU];
        let mut pools: Vec<_> = set.chain(staffed).cloned().chain(always).collect();
        pools.sort();
        pools.dedup();
        pools
    }

    /// Returns how many workers a pool has.
    pub fn workers_in(&self, pool: &PoolName) -> usize {
        self.matching.crews().members_of(pool)
    }

    /// Returns how many tasks run in a pool.
    pub fn running_in(&self, pool: &PoolName) -> usize {
        self.traffic.running(pool)
    }

    /// Returns a schedule's record.
    pub fn schedule(&self, id: ScheduleId) -> Option<&Schedule> {
        self.settings.schedule(id)
    }

    /// Returns the schedules, in the order of their names.
    pub fn schedules(&self) -> impl Iterator<Item = &Schedule> {
        self.settings.schedules()
    }

    pub(super) fn count_pools(&self) -> usize {
        self.settings.pools().count()
    }

    pub(super) fn count_schedules(&self) -> usize {
        self.settings.schedules().count()
    }

    pub(super) fn due_schedules(&self, now: Timestamp, max: usize) -> Vec<ScheduleId> {
        self.settings.due(now, max)
    }

    /// Returns why no task begins in a pool, if none does.
    pub(super) fn pool_holds_back(&self, pool: &PoolName, now: Timestamp) -> Option<Waiting> {
        self.traffic.holds_back(&self.settings, pool, now)
    }

    pub(super) fn forget_rate(&mut self, pool: &PoolName) {
        self.traffic.forget_rate(pool);
    }

    /// Notes that a task begins in a pool.
    pub(super) fn begin_in(&mut self, pool: &PoolName, now: Timestamp) {
        self.traffic.begin(&self.settings, pool, now);
    }

    pub(super) fn put_setting(&mut self, setting: Setting) {
        let id = setting.id();
        self.unsaved.removed_settings.remove(&id);
        self.unsaved.settings.insert(id);
        self.settings.put(setting);
    }

    pub(super) fn remove_setting(&mut self, id: &SettingId) {
        let revision = self.settings.remove(id);
        self.unsaved.settings.remove(id);
        if revision > 0 {
            self.unsaved.removed_settings.insert(id.clone(), revision);
        }
    }

    /// Notes when a task could begin that is held back only by how fast others have begun.
    pub(super) fn look_for_openings(&mut self, now: Timestamp) {
        let closed = |pool: &PoolName| match self.pool_holds_back(pool, now) {
            Some(Waiting::RateLimited { until, .. }) => Some(until),
            _ => None,
        };
        self.opens_at = self.matching.next_opening(self.config.dispatch, closed);
    }
}
