//! The scheduler: a pure state machine, commands and the time in, effects out.
//!
//! ```text
//!            not before        due
//!  submit ─────────────▶ scheduled ─┐
//!     │                             ▼      start
//!     └──────────────────────────▶ pending ─────▶ running ──complete──▶ completed
//!                                   ▲  ▲           │ │ │
//!                              due  │  └─lose,─────┘ │ └─fail, out of attempts──▶ failed
//!                                   │    revoke      │
//!                                retrying ◀──fail────┘
//!
//!  cancel leads from every state that is no end to cancelled.
//! ```
//!
//! [`apply()`] takes one [`Command`] and either changes the [`State`] and says what is to be done
//! about it in the world ([`Effect`]), or refuses ([`Rejected`]) and has changed nothing. It reads
//! no clock, does no I/O and draws no random numbers, so that every run can be repeated.
//!
//! The owner's loop is: apply a batch of commands; commit [`State::take_changes`] to the store;
//! only then answer, and run the effects in order. When a commit fails, the state is ahead of the
//! store: drop it and [`State::restore`] from what is stored.
//!
//! What holds at any time: a running task has exactly one live attempt, whose worker is busy with
//! that task; a worker is busy with nothing else; a state that is an end is never left; and
//! whatever an attempt says after it has ended is refused.

mod apply;
mod command;
mod commands;
mod config;
mod effect;
mod idle;
mod ready;
mod rejected;
mod state;
mod timers;
mod turn;

#[cfg(test)]
mod tests;

pub use apply::apply;
pub use command::{Actor, Command};
pub use commands::{
    AddLog, Cancel, Complete, Emit, Fail, Lose, Reap, Register, Revoke, SaveCheckpoint,
    SetProgress, Start, Submit,
};
pub use config::{Config, DispatchMode, Limits};
pub use effect::{Assignment, Effect, Notice};
pub use rejected::{Payload, Rejected};
pub use state::State;
