//! Given a state, when a command, then these effects and this state.

mod accounts;
mod attempts;
pub(crate) mod dice;
mod dispatching;
mod endings;
mod events;
mod lasting;
mod limits;
mod matrix;
mod members;
pub(crate) mod naive;
mod order;
mod pools;
pub(crate) mod random;
mod retries;
mod saving;
mod schedules;
mod tally;
mod workers;
pub(crate) mod world;
