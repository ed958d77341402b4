//! The workers, in crews of those that offer the same.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::lanes::{Head, NewHead, Rank};
use crate::model::{Need, Offer, Origin, PoolName, TaskId, TaskType, Worker, WorkerId};

/// The crews of all workers that were not dismissed.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Crews(BTreeMap<CrewKey, Crew>);

/// What the workers of a crew have in common.
#[derive(Debug, Clone)]
struct CrewKey(Origin, Arc<Offer>);

/// A worker's place among those that could begin a task: first those that have less to do, then in
/// order of registration.
type Place = (usize, u64);

/// Workers that offer the same.
#[derive(Debug, Clone, Default, PartialEq)]
struct Crew {
    /// How many there are, idle or not.
    members: usize,
    /// Those that could begin a task.
    idle: BTreeMap<Place, WorkerId>,
    /// The first tasks of those lanes whose need the offer meets.
    heads: BTreeMap<Rank, TaskId>,
}

/// A crew, to those who ask why nobody takes a task.
pub(super) struct Serving<'a> {
    pub(super) origin: Origin,
    pub(super) pool: &'a PoolName,
    pub(super) members: usize,
    pub(super) idle: usize,
}

impl Crews {
    /// Adds a worker, which is not idle yet; `heads` are the first tasks of all lanes.
    pub(super) fn join<'a>(
        &mut self,
        worker: &Worker,
        heads: impl Iterator<Item = (&'a Need, Head)>,
    ) {
        let crew = self.0.entry(key(worker)).or_insert_with(|| Crew {
            heads: heads
                .filter(|(need, _)| worker.offer.meets(need))
                .map(|(_, head)| head)
                .collect(),
            ..Crew::default()
        });
        crew.members = crew.members.saturating_add(1);
    }

    /// Removes a worker.
    pub(super) fn leave(&mut self, worker: &Worker) {
        let key = key(worker);
        let Some(crew) = self.0.get_mut(&key) else {
            return;
        };
        crew.idle.remove(&place(worker));
        crew.members = crew.members.saturating_sub(1);
        if crew.members == 0 {
            self.0.remove(&key);
        }
    }

    /// Notes that a worker could begin a task.
    pub(super) fn set_idle(&mut self, worker: &Worker) {
        if let Some(crew) = self.0.get_mut(&key(worker)) {
            crew.idle.insert(place(worker), worker.id);
        }
    }

    /// Forgets that a worker could begin a task, before something changes about it.
    pub(super) fn set_busy(&mut self, worker: &Worker) {
        if let Some(crew) = self.0.get_mut(&key(worker)) {
            crew.idle.remove(&place(worker));
        }
    }

    /// Notes that a lane has another first task.
    pub(super) fn note(&mut self, need: &Need, head: NewHead) {
        for (CrewKey(_, offer), crew) in &mut self.0 {
            if !offer.meets(need) {
                continue;
            }
            if let Some((rank, _)) = head.before {
                crew.heads.remove(&rank);
            }
            if let Some((rank, task)) = head.after {
                crew.heads.insert(rank, task);
            }
        }
    }

    /// Returns how many there are.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Returns whether a worker of that kind would be in one that is there.
    pub(super) fn has(&self, origin: Origin, offer: &Arc<Offer>) -> bool {
        self.0.contains_key(&CrewKey(origin, Arc::clone(offer)))
    }

    /// Returns whether the type is among those that some worker names.
    pub(super) fn name(&self, kind: &TaskType) -> bool {
        self.0
            .keys()
            .any(|CrewKey(_, offer)| offer.types.names(kind))
    }

    /// Returns the pools in which an idle worker could do a task, of such origins.
    pub(super) fn eager(&self, serves: impl Fn(Origin) -> bool) -> impl Iterator<Item = &PoolName> {
        let crews = self.0.iter().filter(move |(CrewKey(origin, _), crew)| {
            !crew.heads.is_empty() && !crew.idle.is_empty() && serves(*origin)
        });
        crews.map(|(CrewKey(_, offer), _)| &offer.pool)
    }

    /// Returns the pools that have workers; one can be there several times.
    pub(super) fn pools(&self) -> impl Iterator<Item = &PoolName> {
        self.0.keys().map(|CrewKey(_, offer)| &offer.pool)
    }

    /// Returns how many workers a pool has.
    pub(super) fn members_of(&self, pool: &PoolName) -> usize {
        let crews = self
            .0
            .iter()
            .filter(|(CrewKey(_, offer), _)| offer.pool == *pool);
        crews.fold(0, |sum, (_, crew)| sum.saturating_add(crew.members))
    }

    /// Returns the crews that meet a need.
    pub(super) fn serving(&self, need: &Need) -> impl Iterator<Item = Serving<'_>> {
        let crews = self
            .0
            .iter()
            .filter(|(CrewKey(_, offer), _)| offer.meets(need));
        crews.map(|(CrewKey(origin, offer), crew)| Serving {
            origin: *origin,
            pool: &offer.pool,
            members: crew.members,
            idle: crew.idle.len(),
        })
    }

    /// Returns the first of all tasks that an idle worker can do, and who is to do it, among the
    /// workers of such origins and pools.
    pub(super) fn next(
        &self,
        serves: impl Fn(Origin, &PoolName) -> bool,
    ) -> Option<(TaskId, WorkerId)> {
        let candidates = self.0.iter().filter_map(|(CrewKey(origin, offer), crew)| {
            let (rank, task) = crew.heads.first_key_value()?;
            let (place, worker) = crew.idle.first_key_value()?;
            serves(*origin, &offer.pool)
                .then_some(((*rank, riches(offer), *place), (*task, *worker)))
        });
        let first = candidates.min_by_key(|(place, _)| *place)?;
        Some(first.1)
    }

    /// Returns the idle worker that is to do what needs this.
    pub(super) fn idle_for(&self, need: &Need) -> Option<WorkerId> {
        self.first_idle(|offer| offer.meets(need))
    }

    /// Returns the first idle worker, of a pool if it matters.
    pub(super) fn idle_in(&self, pool: Option<&PoolName>) -> Option<WorkerId> {
        self.first_idle(|offer| pool.is_none_or(|pool| offer.pool == *pool))
    }

    fn first_idle(&self, such: impl Fn(&Offer) -> bool) -> Option<WorkerId> {
        let crews = self.0.iter().filter(|(CrewKey(_, offer), _)| such(offer));
        let idle = crews.filter_map(|(CrewKey(_, offer), crew)| {
            let (place, worker) = crew.idle.first_key_value()?;
            Some(((riches(offer), *place), *worker))
        });
        idle.min_by_key(|(place, _)| *place)
            .map(|(_, worker)| worker)
    }
}

impl Ord for CrewKey {
    /// Most who are compared share one offer, which need not be read then.
    fn cmp(&self, other: &Self) -> Ordering {
        let offers = || {
            let is_same = Arc::ptr_eq(&self.1, &other.1);
            let compare = || self.1.cmp(&other.1);
            (!is_same).then(compare).unwrap_or(Ordering::Equal)
        };
        self.0.cmp(&other.0).then_with(offers)
    }
}

impl PartialOrd for CrewKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for CrewKey {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for CrewKey {}

/// Returns how much a worker has: those who have more are left to the tasks that need it as long as
/// there is another, and otherwise who registered first is the first.
fn riches(offer: &Offer) -> usize {
    offer.tags.len()
}

fn place(worker: &Worker) -> Place {
    (worker.load(), worker.order)
}

fn key(worker: &Worker) -> CrewKey {
    CrewKey(worker.origin, Arc::clone(&worker.offer))
}
