//! GPU: a device that computes for real, and accounts for its memory to the megabyte.

mod device;
mod error;
mod input;
mod ledger;
mod matrix;
mod network;
mod operation;

#[cfg(test)]
mod tests;

pub use device::{Computation, GpuInfo, SoftwareGpu};
pub use error::{GpuError, InvalidData};
pub use ledger::{Account, Allocation};
pub use operation::Operation;
