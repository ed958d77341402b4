//! How the GPU says no.

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
    /// The runtime is shutting down.
    #[error("the GPU is shutting down")]
    ShuttingDown,
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
    /// It would take too long.
    #[error("{steps} multiplications are more than the {max} allowed")]
    TooMuch {
        /// How many there would be.
        steps: usize,
        /// How many there may be.
        max: usize,
    },
    /// The result is beyond the numbers there are.
    #[error("the result is not a finite number")]
    Overflow,
}
