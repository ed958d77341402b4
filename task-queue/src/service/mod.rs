//! The capability traits over the engine.
//!
//! | file | what is in it |
//! |---|---|
//! | `owner`, `hub` | the one owner of the state, and what the objects share; `config` is what it is set to |
//! | `access` | who may use the queue, and how far |
//! | `gate`, `gateway`, `supervisor` | from a connection to a role, and what each role begins with |
//! | `queue`, `listing`, `task`, `observers` | a client's objects |
//! | `events` | what happens to a task, as a stream |
//! | `pool`, `worker`, `attempt` | workers, and how one of this process carries out what it was assigned |
//! | `members`, `live` | workers that have joined from elsewhere; all attempts under way |
//! | `storage`, `lock`, `network`, `gpu` | resources, each as a capability |
//! | `care`, `loan` | taking back what was handed out |
//! | `metrics`, `journal` | what goes on, in numbers and in the log |
//! | `refusal` | why something was not done |

mod access;
mod attempt;
mod care;
mod config;
mod events;
mod gate;
mod gateway;
#[cfg(test)]
mod govern_tests;
mod gpu;
mod hub;
mod intake;
#[cfg(test)]
mod intake_tests;
mod journal;
mod listing;
mod live;
mod loan;
mod lock;
mod members;
mod metrics;
mod network;
mod observers;
mod owner;
mod pool;
mod pools;
mod queue;
mod refusal;
mod schedules;
mod storage;
mod supervisor;
mod task;
mod worker;

pub use access::ReferencesError;
pub use config::{Config, Durability, WatchLimits};
pub use metrics::Unhealthy;
pub(crate) use refusal::is_passing;
pub use supervisor::{StartError, Supervisor};

#[cfg(test)]
mod gpu_tests;
#[cfg(test)]
mod network_tests;
#[cfg(test)]
mod tests;
