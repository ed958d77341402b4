//! How much the device does for one caller.

use std::time::Duration;

use crate::resources::gpu::error::InvalidData;
use crate::resources::gpu::program::Program;

/// How much the device does for one caller.
///
/// What is over a limit is refused before it begins, or stopped, with an error that names the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GpuLimits {
    /// Multiplications, or other steps, of a computation. Default 2²⁷: a quarter of a second or so for
    /// a slow processor.
    pub steps: u64,
    /// Bytes of what goes in and what comes out, at eight for a number. Default 64 megabytes.
    pub bytes: u64,
    /// How long a computation may take once it is its turn. Default 10 seconds.
    pub time: Duration,
    /// Computations that wait for their turn, the one under way included. Default 64.
    pub waiting: usize,
}

impl GpuLimits {
    /// Refuses a program that would take too much.
    pub(super) fn admit(&self, program: &Program) -> Result<(), InvalidData> {
        let (steps, max) = (program.steps(), self.steps);
        if steps > max {
            return Err(InvalidData::TooMuch { steps, max });
        }
        let (bytes, max) = (program.numbers().saturating_mul(8), self.bytes);
        if bytes > max {
            return Err(InvalidData::TooLarge { bytes, max });
        }
        Ok(())
    }
}

impl Default for GpuLimits {
    fn default() -> Self {
        Self {
            steps: 1 << 27,
            bytes: 64 << 20,
            time: Duration::from_secs(10),
            waiting: 64,
        }
    }
}
