//! The laws of stores and a model of them, to be put to each.

pub(crate) mod laws;
pub(crate) mod model;
pub(crate) mod references;
