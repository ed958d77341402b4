//! Counting objects, to see that each that was made is dropped, once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many objects of a kind were made and dropped. Clones count together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Census(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    born: AtomicUsize,
    died: AtomicUsize,
}

/// Put into an object, it counts it.
#[derive(Debug)]
pub(crate) struct Citizen(Census);

impl Census {
    /// Counts one more object, until what is returned is dropped.
    pub(crate) fn citizen(&self) -> Citizen {
        self.0.born.fetch_add(1, Ordering::SeqCst);
        Citizen(self.clone())
    }

    /// Returns how many were ever made.
    pub(crate) fn born(&self) -> usize {
        self.0.born.load(Ordering::SeqCst)
    }

    /// Returns how many are there now.
    pub(crate) fn alive(&self) -> usize {
        self.born() - self.0.died.load(Ordering::SeqCst)
    }
}

impl Drop for Citizen {
    fn drop(&mut self) {
        self.0.0.died.fetch_add(1, Ordering::SeqCst);
    }
}
