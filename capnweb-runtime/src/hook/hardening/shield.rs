//! Going on past what panics.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs something whose panic, of a destructor most likely, is nobody else's business (protocol
/// C-25).
pub(crate) fn shielded(work: impl FnOnce()) {
    drop(catch_unwind(AssertUnwindSafe(work)));
}
