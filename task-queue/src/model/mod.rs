//! The domain: tasks, workers, grants, attempts and policies, as plain data.

mod attempt;
mod change;
mod events;
mod failure;
mod grants;
mod ids;
mod name;
mod number;
mod offer;
mod prefix;
mod progress;
mod retry;
mod size;
mod spec;
mod task;
mod time;
mod worker;

pub use attempt::{Attempt, EndReason, EndedAttempt, Epoch};
pub use change::{Change, Kept, RecordId, Snapshot};
pub use events::{Bounds, Entry, Events, Happening};
pub use failure::{Failure, FailureClass};
pub use grants::{Access, GrantRefused, Grants, Resource};
pub use ids::{Entropy, IdSyntax, TaskId, WorkerId};
pub use name::{NameSyntax, PoolName, Tag, TaskType};
pub(crate) use number::whole;
pub use offer::{Misfit, Need, Offer, Types};
pub use prefix::Prefix;
pub use progress::{NotAProgress, Progress};
pub use retry::RetryPolicy;
pub use size::{MAX_DEPTH, depth_of, size_of};
pub use spec::{SpecError, TaskSpec};
pub use task::{Submitter, Task, TaskState, TaskStatus};
pub use time::Timestamp;
pub use worker::{Origin, Worker, WorkerStatus};
