//! Work: what executing a task does, by its kind, with what the task was granted.
//!
//! [`perform`] sees resources and the task itself only through small traits, so that it is the same
//! whether they are capabilities from far away or objects of this process.

mod access;
mod compute;
mod error;
mod gpu;
mod io;
mod job;
mod local;
mod params;
mod pipeline;
mod steps;

#[cfg(test)]
mod tests;

pub use access::{
    Answer, Computed, GpuAccess, GpuMemory, NetworkAccess, Page, Reporter, StorageAccess,
};
pub use error::{AccessError, WorkError};
pub use job::{Job, Resources, perform};
pub use local::ReadOnly;
