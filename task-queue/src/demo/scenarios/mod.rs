//! The scenarios: those of the seed document in its order, then those it only claims.

mod authority;
mod chains;
mod concurrency;
mod endings;
mod list;
mod lives;
mod memory;
mod network;
mod resources;
mod retries;
mod revocation;
mod roles;
mod tasks;

pub(super) use list::SCENARIOS;
