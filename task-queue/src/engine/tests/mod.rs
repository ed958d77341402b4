//! Given a state, when a command, then these effects and this state.

mod attempts;
pub(crate) mod dice;
mod dispatching;
mod endings;
mod events;
mod lasting;
mod limits;
mod matrix;
pub(crate) mod naive;
mod order;
pub(crate) mod random;
mod retries;
mod saving;
mod workers;
pub(crate) mod world;
