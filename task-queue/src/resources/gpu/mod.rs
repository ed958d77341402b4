//! GPU: a device that computes for real, and accounts for its memory to the megabyte.

mod choice;
mod device;
mod error;
mod input;
mod ledger;
mod limits;
mod matrix;
mod operation;
mod program;
#[cfg(feature = "gpu")]
mod real;
mod shared;
mod software;
mod watch;

#[cfg(test)]
mod tests;

pub use choice::{DeviceChoice, NoSuchChoice, OpenError};
pub use error::{GpuError, InvalidData};
pub use ledger::{Account, Allocation};
pub use limits::GpuLimits;
pub use operation::Operation;
pub use shared::{Computation, GpuInfo, SharedGpu};
