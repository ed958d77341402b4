//! Given a state, when a command, then these effects and this state.

mod attempts;
mod dispatching;
mod endings;
mod limits;
mod random;
mod retries;
mod saving;
mod workers;
mod world;
