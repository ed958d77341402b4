//! Dropping without recursion.
//!
//! A peer can build chains of promises of any length. If each link dropped the next from within
//! its own drop, letting go of the first would overflow the stack.

use std::any::Any;
use std::cell::{Cell, RefCell};

use super::shield::shielded;

thread_local! {
    static BURYING: Cell<bool> = const { Cell::new(false) };
    static WAITING: RefCell<Vec<Box<dyn Any>>> = const { RefCell::new(Vec::new()) };
}

/// Drops `value`, and whatever its drop buries, one after the other.
pub(in crate::hook) fn bury<T: 'static>(value: T) {
    if cfg!(shuttle) {
        // The threads of a model are all one thread.
        return shielded(|| drop(value));
    }
    if BURYING.get() {
        let next: Box<dyn Any> = Box::new(value);
        // Where the thread is ending already, there is nothing left to put it into.
        let queue = |waiting: &RefCell<Vec<_>>| waiting.borrow_mut().push(next);
        return WAITING.try_with(queue).unwrap_or_default();
    }
    BURYING.set(true);
    shielded(|| drop(value));
    while let Ok(Some(next)) = WAITING.try_with(|waiting| waiting.borrow_mut().pop()) {
        shielded(|| drop(next));
    }
    BURYING.set(false);
}
