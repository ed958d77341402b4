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
        let queue = |waiting: &Waiting| waiting.borrow_mut().push_back(Arc::clone(cell));
        // Where the thread is ending already, there is nothing left to put it into.
        return WAITING.try_with(queue).unwrap_or_default();
    }
    DEPTH.set(depth.saturating_add(1));
    run(cell);
    if depth == 0 {
        while let Ok(Some(cell)) = WAITING.try_with(|waiting| waiting.borrow_mut().pop_front()) {
            run(&cell);
        }
    }
    DEPTH.set(depth);
}

/// How many queues may be run inside one another before one has to wait for the outermost.
const MAX_DEPTH: usize = 32;

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static WAITING: Waiting = const { RefCell::new(VecDeque::new()) };
}

type Waiting = RefCell<VecDeque<Arc<PromiseCell>>>;
