//! The workers that wait for a task, longest registered first.

use std::collections::BTreeMap;

use crate::model::{TaskKind, Worker, WorkerId, WorkerKind};

/// The idle workers by kind, in order of registration.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Idle {
    cpu: BTreeMap<u64, WorkerId>,
    gpu: BTreeMap<u64, WorkerId>,
}

impl Idle {
    pub(super) fn insert(&mut self, worker: &Worker) {
        self.lane(worker.kind).insert(worker.order, worker.id);
    }

    pub(super) fn remove(&mut self, worker: &Worker) {
        self.lane(worker.kind).remove(&worker.order);
    }

    /// Returns the first worker of that kind.
    pub(super) fn first(&self, kind: WorkerKind) -> Option<WorkerId> {
        let lane = match kind {
            WorkerKind::Cpu => &self.cpu,
            WorkerKind::Gpu => &self.gpu,
        };
        lane.values().next().copied()
    }

    /// Returns the worker that is to do a task of that kind: GPUs are left to those who need one
    /// as long as there is another worker.
    pub(super) fn first_for(&self, task: TaskKind) -> Option<WorkerId> {
        match task {
            TaskKind::Gpu => self.first(WorkerKind::Gpu),
            TaskKind::Compute | TaskKind::Io | TaskKind::Pipeline => self
                .first(WorkerKind::Cpu)
                .or_else(|| self.first(WorkerKind::Gpu)),
        }
    }

    const fn lane(&mut self, kind: WorkerKind) -> &mut BTreeMap<u64, WorkerId> {
        match kind {
            WorkerKind::Cpu => &mut self.cpu,
            WorkerKind::Gpu => &mut self.gpu,
        }
    }
}
