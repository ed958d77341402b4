//! References that lead through references, in bounded depth.

use std::cell::Cell;

use crate::error::Error;
use crate::hook::promise::Resolver;

/// Hands something on to the next reference on its way, unless the way is too long: then it fails.
///
/// A call passes what stands in front of an object by recursion, and again at every step of its path
/// that leads to another such object. Both are bounded, but together they would exhaust the stack.
pub(in crate::hook) fn hand_on(result: Resolver, go: impl FnOnce(Resolver)) {
    let depth = DEPTH.get();
    if depth >= MAX_DEPTH || result.layers() >= MAX_DEPTH {
        let text = "The path leads through too many references.";
        return result.settle(Err(Error::range_error(text).public()));
    }
    let _back = Back(depth);
    DEPTH.set(depth.saturating_add(1));
    go(result);
}

/// Counts one less, also when there was a panic.
struct Back(usize);

impl Drop for Back {
    fn drop(&mut self) {
        DEPTH.set(self.0);
    }
}

thread_local! {
    /// How many references something is being handed on by at this moment.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// How many references may lead to one another: four times as many as may stand in front of one. Threads
/// have stacks of two mebibytes, of which others need their part.
const MAX_DEPTH: usize = 256;
