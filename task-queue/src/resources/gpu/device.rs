//! What computes.

use std::fmt;

use crate::resources::gpu::error::Fault;
use crate::resources::gpu::program::{Output, Program};
use crate::resources::gpu::watch::Watch;

/// Something that computes.
///
/// It is called on a thread that may block, by one caller at a time, with programs whose shapes fit
/// and whose size is within the limits. It looks at the watch every now and then, a few times in a
/// second at least, and gives up when that says so.
pub(crate) trait Device: fmt::Debug + Send + Sync + 'static {
    /// Returns what it is made of.
    fn name(&self) -> &str;

    /// Runs a program.
    fn run(&self, program: &Program, watch: &Watch) -> Result<Output, Fault>;
}
