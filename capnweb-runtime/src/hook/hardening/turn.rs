//! Turns: promises that settle promises that settle promises, in bounded depth.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::sync::Arc;

use crate::hook::promise::PromiseCell;

/// Runs the queue of a promise that has settled, and those that had to wait meanwhile.
///
/// One promise's settling may settle the next, and so on along a chain that a peer has built: it
/// must not exhaust the stack.
pub(in crate::hook) fn take_turn(cell: &Arc<PromiseCell>, run: fn(&PromiseCell)) {
    if cfg!(shuttle) {
        // The threads of a model are all one thread.
        return run(cell);
    }
    let depth = DEPTH.get();
    if depth >= MAX_DEPTH {
        return WAITING.with_borrow_mut(|waiting| waiting.push_back(Arc::clone(cell)));
    }
    DEPTH.set(depth.saturating_add(1));
    run(cell);
    if depth == 0 {
        while let Some(cell) = WAITING.with_borrow_mut(VecDeque::pop_front) {
            run(&cell);
        }
    }
    DEPTH.set(depth);
}

/// How many queues may be run inside one another before one has to wait for the outermost.
const MAX_DEPTH: usize = 32;

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static WAITING: RefCell<VecDeque<Arc<PromiseCell>>> = const { RefCell::new(VecDeque::new()) };
}
