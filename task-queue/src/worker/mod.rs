//! Workers of one's own: programs that join a queue and carry out its tasks.
//!
//! | file | what is in it |
//! |---|---|
//! | `builder`, `handler` | what a worker offers, and the functions that it does it with |
//! | `context`, `task_error` | what such a function is handed, and how it fails |
//! | `engagement`, `shift`, `joining` | from a URL to the end of the work: connecting, joining, coming back, leaving |
//! | `agent`, `crew`, `attempt`, `outcome` | what the queue is passed, and the attempts under way |
//! | `slot` | an attempt's assignment, whatever connection it is reached over |
//! | `notice`, `error` | what those are told who watch, and why a worker ends |
//! | `built_in`, `far` | the types of tasks that every queue knows, over capabilities |

mod agent;
mod attempt;
mod builder;
mod built_in;
mod context;
mod crew;
mod engagement;
mod error;
mod far;
mod handler;
mod joining;
mod notice;
mod outcome;
mod shift;
mod slot;
mod task_error;

pub use builder::Worker;
pub use context::{Context, NotGranted, StopReason};
pub use engagement::{Engagement, Patience};
pub use error::{Departure, WorkerError};
pub(crate) use far::{FarGpu, FarNetwork, FarStorage, FarTask, unavailable};
pub use notice::{Notice, Outcome};
pub use task_error::TaskError;

#[cfg(test)]
mod tests;
