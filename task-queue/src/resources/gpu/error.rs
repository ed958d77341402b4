//! How the GPU says no.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

/// Why the device has not done what it was asked to do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GpuError {
    /// There is not that much memory left.
    #[error("out of GPU memory: {asked} MB were asked for, {available} MB are available")]
    OutOfMemory {
        /// How much was asked for, in megabytes.
        asked: u64,
        /// How much there is, in megabytes.
        available: u64,
    },
    /// An allocation of nothing.
    #[error("at least 1 MB of GPU memory must be allocated")]
    NothingToAllocate,
    /// More was to be freed than is held.
    #[error("{asked} MB of GPU memory were to be freed, {held} MB are held")]
    NotHeld {
        /// How much was to be freed, in megabytes.
        asked: u64,
        /// How much is held, in megabytes.
        held: u64,
    },
    /// The device has no such operation.
    #[error(
        "unknown GPU operation `{name}`: there are {}",
        crate::resources::gpu::operation::NAMES
    )]
    UnknownOperation {
        /// What was asked for; of a very long name the beginning.
        name: String,
    },
    /// The data is not what the operation works on.
    #[error("invalid data for the GPU: {0}")]
    InvalidData(#[from] InvalidData),
    /// Too many wait for their turn.
    #[error("the GPU is busy: {max} computations are waiting already")]
    Busy {
        /// How many may wait.
        max: usize,
    },
    /// It took too long, and was stopped.
    #[error("the computation took longer than the {limit:?} allowed")]
    OutOfTime {
        /// How long it may take.
        limit: Duration,
    },
    /// Nobody waits for it any more.
    #[error("the computation is not wanted any more")]
    Unwanted,
    /// The device has failed.
    #[error("the GPU has failed: {reason}")]
    Failed {
        /// What its driver says.
        reason: String,
    },
    /// The computation has crashed.
    #[error("the computation on {device} has crashed")]
    Crashed {
        /// What it was computed on.
        device: Arc<str>,
    },
    /// The runtime is shutting down.
    #[error("the GPU is shutting down")]
    ShuttingDown,
}

/// Why a device has stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nobody waits for it any more.
    Unwanted,
    /// It took too long.
    OutOfTime {
        /// How long it may take.
        limit: Duration,
    },
    /// It has failed.
    #[cfg(feature = "gpu")]
    Failed {
        /// What its driver says.
        reason: String,
    },
}

/// What is wrong with the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidData {
    /// A part of it is missing.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// A part is not a list of numbers.
    #[error("`{0}` must be a list of numbers")]
    NotAVector(&'static str),
    /// A part is not a list of lists of numbers, all equally long and none empty.
    #[error("`{0}` must be a list of rows of numbers, all equally long")]
    NotAMatrix(&'static str),
    /// The whole is neither an object nor a list of the kind that the operation takes.
    #[error("an object or a list was expected")]
    Shape,
    /// Two parts do not fit together.
    #[error("`{left}` and `{right}` do not fit: {left_size} against {right_size}")]
    Mismatch {
        /// The one.
        left: &'static str,
        /// The other.
        right: &'static str,
        /// The size of the one in which they must agree.
        left_size: usize,
        /// The size of the other.
        right_size: usize,
    },
    /// There is no such activation function.
    #[error("an activation must be `relu`, `sigmoid`, `tanh` or `linear`")]
    Activation,
    /// There is no such part of a convolution.
    #[error("a mode must be `full`, `same` or `valid`")]
    Mode,
    /// It would take too long.
    #[error("{steps} multiplications are more than the {max} allowed")]
    TooMuch {
        /// How many there would be.
        steps: u64,
        /// How many there may be.
        max: u64,
    },
    /// It would take too much memory.
    #[error("{bytes} bytes of numbers are more than the {max} allowed")]
    TooLarge {
        /// How many there would be.
        bytes: u64,
        /// How many there may be.
        max: u64,
    },
    /// The result is beyond the numbers there are.
    #[error("the result is not a finite number")]
    Overflow,
}

impl From<Fault> for GpuError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Unwanted => Self::Unwanted,
            Fault::OutOfTime { limit } => Self::OutOfTime { limit },
            #[cfg(feature = "gpu")]
            Fault::Failed { reason } => Self::Failed { reason },
        }
    }
}
