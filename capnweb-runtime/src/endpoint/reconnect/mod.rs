//! A client whose references outlive its connections.
//!
//! | file | what is in it |
//! |---|---|
//! | `client` | what a program holds |
//! | `settings`, `backoff` | when to try again, and when not to |
//! | `state` | how it is going, for who shows it |
//! | `lasting` | the references: each knows how it was derived |
//! | `core` | whether there is a connection, and what to do without; `waiting` for one |
//! | `supervisor` | the task that keeps it connected; `dial` is how |

mod backoff;
mod client;
mod core;
mod dial;
mod lasting;
mod queue;
mod settings;
mod state;
mod supervisor;
mod waiting;

pub use client::ReconnectingClient;
pub(super) use dial::Dial;
pub use settings::Reconnect;
pub use state::ClientState;

#[cfg(test)]
mod tests;
