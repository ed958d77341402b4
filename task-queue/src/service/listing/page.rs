//! Tasks in lists: a page at a time, or all of them if they are few.

use crate::caps::{TaskFilter, TaskPage, TaskSummary};
use crate::engine::State;
use crate::model::{Submitter, Task};
use crate::service::hub::Hub;
use crate::service::refusal::Refusal;

/// Which tasks are asked for.
pub(in crate::service) struct Wanted {
    /// Of whose view of the queue.
    pub(in crate::service) who: Submitter,
    pub(in crate::service) filter: TaskFilter,
    /// Those that were submitted after this one's place.
    pub(in crate::service) after: Option<u64>,
    pub(in crate::service) limit: Option<u32>,
}

/// Returns all tasks of a view.
pub(in crate::service) async fn all(
    hub: &Hub,
    who: &Submitter,
) -> Result<Vec<TaskSummary>, Refusal> {
    let who = who.clone();
    let tasks = hub.owner.read(move |state| {
        let known = |task: &&Task| who.sees(&task.submitter);
        let tasks = state.tasks_after(None).filter(known).map(summary);
        // One more, to see that there are too many.
        tasks.take(MOST.saturating_add(1)).collect::<Vec<_>>()
    });
    let tasks = tasks.await?;
    if tasks.len() > MOST {
        return Err(Refusal::TooManyTasks { max: MOST });
    }
    Ok(tasks)
}

/// Returns one page of tasks.
pub(in crate::service) async fn page(hub: &Hub, wanted: Wanted) -> Result<TaskPage, Refusal> {
    hub.owner.read(move |state| wanted.page(state)).await
}

impl Wanted {
    /// Looks at so many tasks at most, so that a turn of the queue's owner is short: where few fit, a
    /// page is shorter than it could be.
    fn page(&self, state: &State) -> TaskPage {
        let limit = self.limit.map_or(PAGE, |limit| {
            usize::try_from(limit)
                .unwrap_or(PAGE_MOST)
                .clamp(1, PAGE_MOST)
        });
        let mut tasks = Vec::new();
        for (looked_at, task) in state.tasks_after(self.after).enumerate() {
            if self.fits(task) {
                tasks.push(summary(task));
            }
            if tasks.len() >= limit || looked_at >= LOOKED_AT {
                let next = Some(task.order);
                return TaskPage { tasks, next };
            }
        }
        TaskPage { tasks, next: None }
    }

    fn fits(&self, task: &Task) -> bool {
        let TaskFilter { status, kind } = &self.filter;
        self.who.sees(&task.submitter)
            && status.is_none_or(|status| status == task.status())
            && kind
                .as_ref()
                .is_none_or(|kind| *kind == task.spec.kind.as_str())
    }
}

fn summary(task: &Task) -> TaskSummary {
    TaskSummary {
        id: task.id,
        kind: task.spec.kind.clone(),
        status: task.status(),
        progress: task.progress.fraction(),
    }
}

/// How many tasks are listed at once.
pub(super) const MOST: usize = 10_000;

/// How many are on a page that says nothing of it.
const PAGE: usize = 100;

/// How many are on a page at most.
pub(super) const PAGE_MOST: usize = 1_000;

/// How many tasks are looked at for a page.
pub(super) const LOOKED_AT: usize = 10_000;
