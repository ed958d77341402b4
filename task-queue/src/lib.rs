//! A task queue written as ordinary capability traits.
