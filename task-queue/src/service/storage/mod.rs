//! The shared storage as a capability.

mod served;

#[cfg(test)]
mod tests;

pub(super) use served::storage;
