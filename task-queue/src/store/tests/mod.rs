//! The laws of stores, to be put to each of them.

pub(crate) mod laws;
