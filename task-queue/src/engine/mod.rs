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
//!  cancel leads from every state that is no end to cancelled; retry from failed and cancelled to
//!  pending. What has come to its end is forgotten when its retention is over.
//! ```
//!
//! [`apply()`] takes one [`Command`] and either changes the [`State`] and says what is to be done
//! about it in the world ([`Effect`]), or refuses ([`Rejected`]) and has changed nothing. It reads
//! no clock, does no I/O and draws no random numbers, so that every run can be repeated.
//!
//! The owner's loop is: apply a batch of commands; commit [`State::take_changes`] to the store;
//! only then answer, and run the effects in order. When a commit fails, the state is ahead of the
//! store: [`State::revert`] the records in question to what is stored. Progress and log lines need
//! not be stored before they are answered; [`State::take_reports`] hands them out now and then.
//!
//! What holds at any time: a running task has exactly one live attempt, whose worker is busy with
//! that task; a worker is busy with nothing else; a result that was recorded stays; and
//! whatever an attempt says after it has ended is refused.

mod accounts;
mod apply;
mod command;
mod commands;
mod config;
mod crews;
mod dependencies;
mod effect;
mod events;
mod gates;
mod governing;
mod indexes;
mod keys;
mod lanes;
mod leases;
mod losing;
mod matching;
mod rejected;
mod resting;
mod settings;
mod state;
mod tally;
mod timers;
mod traffic;
mod turn;
mod unsaved;
mod waiting;

#[cfg(test)]
pub(crate) mod tests;

pub use accounts::Usage;
pub use apply::apply;
pub use command::{Actor, Command};
pub use commands::{
    AddLog, Cancel, CancelMany, Complete, CreateSchedule, DeleteSchedule, Disband, Disconnect,
    Drain, Emit, Fail, ForgetPool, GiveBack, Govern, Join, Leave, Lose, Reap, Register, Renew,
    Resume, Retry, Revoke, SaveCheckpoint, SetFlow, SetLimits, SetProgress, SetScheduleFlow, Start,
    Stopped, Submit, SubmitMany, Touch,
};
pub use config::{Config, DispatchMode, Limits, Retention, Times};
pub use effect::{Assignment, Effect, Notice};
pub use rejected::{Payload, Rejected};
pub use state::State;
pub use tally::Group;
