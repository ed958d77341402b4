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
    /// The process was lost, and this is the next one. No loss is counted, for a process is seldom lost
    /// by what it works on; only a task under which ten were lost fails. Those who have joined have a
    /// while to come back.
    Lost,
}

impl Disband {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) {
        for id in workers_of(turn, Origin::InProcess) {
            match self {
                Self::InOrder => turn.lose_worker(id, EndReason::WorkerLeft),
                Self::Lost => turn.lose_with_the_server(id),
            }
        }
        if self == Self::Lost {
            for id in workers_of(turn, Origin::Joined) {
                turn.part(id, Blame::Server);
            }
        }
    }
}

/// Returns the workers of that origin, in order of registration.
fn workers_of(turn: &Turn<'_>, origin: Origin) -> Vec<WorkerId> {
    let workers = turn.state.workers().into_iter();
    let workers = workers.filter(|worker| worker.origin == origin);
    workers.map(|worker| worker.id).collect()
}
