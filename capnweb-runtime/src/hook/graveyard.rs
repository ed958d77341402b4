//! Dropping without recursion.
//!
//! A peer can build chains of promises of any length. If each link dropped the next from within
//! its own drop, letting go of the first would overflow the stack.

use std::any::Any;
use std::cell::{Cell, RefCell};

thread_local! {
    static BURYING: Cell<bool> = const { Cell::new(false) };
    static WAITING: RefCell<Vec<Box<dyn Any>>> = const { RefCell::new(Vec::new()) };
}

/// Drops `value`, and whatever its drop buries, one after the other.
pub(super) fn bury<T: 'static>(value: T) {
    if BURYING.get() {
        WAITING.with_borrow_mut(|waiting| waiting.push(Box::new(value)));
        return;
    }
    BURYING.set(true);
    let _reset = Reset;
    drop(value);
    while let Some(next) = WAITING.with_borrow_mut(Vec::pop) {
        drop(next);
    }
}

/// Ends the burial also when a destructor panics.
struct Reset;

impl Drop for Reset {
    fn drop(&mut self) {
        BURYING.set(false);
    }
}
