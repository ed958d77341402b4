//! The settings: what the queue, its pools and its schedules are set to.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Flow, PoolName, PoolSettings, QueueSettings, Schedule, ScheduleId, Setting, SettingId,
    TaskType, Timestamp,
};

/// The settings that were made; those that were not are the defaults.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Settings {
    queue: QueueSettings,
    pools: BTreeMap<PoolName, PoolSettings>,
    schedules: BTreeMap<ScheduleId, Schedule>,
    /// When which schedule makes its next task.
    due: BTreeSet<(Timestamp, ScheduleId)>,
}

impl Settings {
    pub(super) fn put(&mut self, setting: Setting) {
        match setting {
            Setting::Queue(queue) => self.queue = queue,
            Setting::Pool(pool) => drop(self.pools.insert(pool.name.clone(), pool)),
            Setting::Schedule(schedule) => self.put_schedule(*schedule),
        }
    }

    /// Forgets a setting; returns how often it was written.
    pub(super) fn remove(&mut self, id: &SettingId) -> u64 {
        match id {
            SettingId::Queue => std::mem::take(&mut self.queue).revision,
            SettingId::Pool(name) => {
                let pool = self.pools.remove(name);
                pool.map_or(0, |pool| pool.revision)
            }
            SettingId::Schedule(id) => {
                let schedule = self.take_schedule(*id);
                schedule.map_or(0, |schedule| schedule.revision)
            }
        }
    }

    /// Returns a setting that is about to be written once more.
    pub(super) fn next_revision(&mut self, id: &SettingId) -> Option<Setting> {
        let setting = self.get(id)?;
        let revision = setting.revision().saturating_add(1);
        let setting = setting.with_revision(revision);
        self.put(setting.clone());
        Some(setting)
    }

    pub(super) const fn queue(&self) -> &QueueSettings {
        &self.queue
    }

    pub(super) fn pool(&self, name: &PoolName) -> Option<&PoolSettings> {
        self.pools.get(name)
    }

    pub(super) fn pools(&self) -> impl Iterator<Item = &PoolSettings> {
        self.pools.values()
    }

    pub(super) fn schedule(&self, id: ScheduleId) -> Option<&Schedule> {
        self.schedules.get(&id)
    }

    pub(super) fn schedules(&self) -> impl Iterator<Item = &Schedule> {
        self.schedules.values()
    }

    /// Returns whether a worker has ever offered to carry out that type.
    pub(super) fn know(&self, kind: &TaskType) -> bool {
        self.pools.values().any(|pool| pool.types.contains(kind))
    }

    /// Returns when the next task is to be made.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Returns the schedules that are to make a task; the first `max` of them.
    pub(super) fn due(&self, now: Timestamp, max: usize) -> Vec<ScheduleId> {
        let due = self.due.iter().take(max).take_while(|(at, _)| *at <= now);
        due.map(|(_, id)| *id).collect()
    }

    /// Returns all settings that were made.
    #[cfg(test)]
    pub(super) fn all(&self) -> Vec<Setting> {
        let pools = self.pools.keys().cloned().map(SettingId::Pool);
        let schedules = self.schedules.keys().copied().map(SettingId::Schedule);
        let ids = pools.chain(schedules).chain([SettingId::Queue]);
        ids.filter_map(|id| self.get(&id)).collect()
    }

    fn get(&self, id: &SettingId) -> Option<Setting> {
        Some(match id {
            SettingId::Queue => Setting::Queue(self.queue.clone()),
            SettingId::Pool(name) => Setting::Pool(self.pools.get(name)?.clone()),
            SettingId::Schedule(id) => Setting::Schedule(Box::new(self.schedules.get(id)?.clone())),
        })
    }

    fn put_schedule(&mut self, schedule: Schedule) {
        drop(self.take_schedule(schedule.id));
        self.due.extend(due_of(&schedule));
        self.schedules.insert(schedule.id, schedule);
    }

    fn take_schedule(&mut self, id: ScheduleId) -> Option<Schedule> {
        let schedule = self.schedules.remove(&id)?;
        if let Some(due) = due_of(&schedule) {
            self.due.remove(&due);
        }
        Some(schedule)
    }
}

fn due_of(schedule: &Schedule) -> Option<(Timestamp, ScheduleId)> {
    let at = schedule.next_at.filter(|_| schedule.flow == Flow::Open)?;
    Some((at, schedule.id))
}
