//! Recording that all workers of a process have gone at once, with it.

use crate::engine::turn::Turn;
use crate::model::{Blame, EndReason, Origin, WorkerId};

/// Record that the queue's process has gone, or is going, and its own workers with it; their tasks
/// go back to their places in the queue.
///
/// Workers that have joined do not end with it: they keep their tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disband {
    /// In good order: the process is being stopped. Neither attempts nor losses are counted.
    InOrder,
    /// The process was lost, and this is the next one. A loss is counted for each of its workers'
    /// tasks: one of them may have been the reason. Those who have joined have a while to come back;
    /// if they do not, nothing is counted, for their tasks were not the reason.
    Lost,
}

impl Disband {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) {
        for id in workers_of(turn, Origin::InProcess) {
            turn.lose_worker(id, self.end_reason());
        }
        if self == Self::Lost {
            for id in workers_of(turn, Origin::Joined) {
                turn.part(id, Blame::Server);
            }
        }
    }

    const fn end_reason(self) -> EndReason {
        match self {
            Self::InOrder => EndReason::WorkerLeft,
            Self::Lost => EndReason::WorkerLost,
        }
    }
}

/// Returns the workers of that origin, in order of registration.
fn workers_of(turn: &Turn<'_>, origin: Origin) -> Vec<WorkerId> {
    let workers = turn.state.workers().into_iter();
    let workers = workers.filter(|worker| worker.origin == origin);
    workers.map(|worker| worker.id).collect()
}
