//! Telling clients how their tasks go, without letting any of them hold up anybody.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use crate::caps::{Completion, Failing, ProgressObserverStub, ProgressUpdate};
use crate::engine::Notice;
use crate::model::{IdMap, Task, TaskId, TaskState};

/// How many progress reports may wait for one slow observer; further ones are left out.
const WAITING: usize = 256;

/// Who is told about which task: one observer each, the last one that was set.
#[derive(Debug, Default)]
pub(super) struct Observers(Mutex<IdMap<TaskId, Feed>>);

#[derive(Debug)]
struct Feed {
    progress: mpsc::Sender<ProgressUpdate>,
    end: oneshot::Sender<End>,
}

/// How a task ended, as an observer is told.
#[derive(Debug)]
enum End {
    Completed(Completion),
    Failed(Failing),
}

impl Observers {
    /// Has an observer told about a task; about its end at once, if it has ended.
    pub(super) fn observe(&self, task: &Task, observer: ProgressObserverStub) {
        let (progress, updates) = mpsc::channel(WAITING);
        let (end, ended) = oneshot::channel();
        drop(tokio::spawn(tell(observer, updates, ended)));
        let feed = Feed { progress, end };
        match end_of(task) {
            Some(end) => drop(feed.end.send(end)),
            None => drop(self.lock().insert(task.id, feed)),
        }
    }

    /// Tells a task's observer, if it has one, what is new.
    pub(super) fn notify(&self, task: TaskId, notice: &Notice) {
        let end = match notice {
            Notice::Progress { progress, status } => {
                let (progress, status) = (progress.fraction(), *status);
                return self.update(ProgressUpdate {
                    task_id: task,
                    progress,
                    status,
                });
            }
            Notice::Completed(result) => completed(task, result),
            Notice::Failed(failure) => failed(task, failure.message.clone()),
            Notice::Cancelled => failed(task, CANCELLED.to_owned()),
            Notice::Status(_) | Notice::Log(_) | Notice::Partial(_) => return,
        };
        let feed = self.lock().remove(&task);
        if let Some(feed) = feed {
            drop(feed.end.send(end));
        }
    }

    fn update(&self, update: ProgressUpdate) {
        if let Some(feed) = self.lock().get(&update.task_id) {
            // A full feed belongs to an observer that is behind; the next report tells it more.
            drop(feed.progress.try_send(update));
        }
    }

    fn lock(&self) -> MutexGuard<'_, IdMap<TaskId, Feed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an observer of a cancelled task is told.
const CANCELLED: &str = "task was cancelled";

fn completed(task_id: TaskId, result: &Value) -> End {
    let result = result.clone();
    End::Completed(Completion { task_id, result })
}

fn failed(task_id: TaskId, error: String) -> End {
    End::Failed(Failing { task_id, error })
}

fn end_of(task: &Task) -> Option<End> {
    match &task.state {
        TaskState::Completed { result, .. } => Some(completed(task.id, result)),
        TaskState::Failed { failure, .. } => Some(failed(task.id, failure.message.clone())),
        TaskState::Cancelled(_) => Some(failed(task.id, CANCELLED.to_owned())),
        _ => None,
    }
}

/// Tells one observer, one thing after the other. What it answers is of no consequence.
async fn tell(
    observer: ProgressObserverStub,
    mut updates: mpsc::Receiver<ProgressUpdate>,
    ended: oneshot::Receiver<End>,
) {
    while let Some(update) = updates.recv().await {
        drop(observer.on_progress(update).await);
    }
    match ended.await {
        Ok(End::Completed(completion)) => drop(observer.on_complete(completion).await),
        Ok(End::Failed(failing)) => drop(observer.on_error(failing).await),
        // Another observer has taken its place.
        Err(_) => {}
    }
}
