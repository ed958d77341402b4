//! The session state machine: messages in, messages and effects out.
//!
//! A [`Machine`] owns both tables of one session. It does no I/O, knows no clock and runs no code
//! of a user: what must run is returned as [`Effect`]s, in order, and its owner runs them after it
//! has let go of the machine. Its methods fall into four classes:
//!
//! * **input** from the peer: [`Machine::handle_message`], [`Machine::end_input`],
//!   [`Machine::terminate`];
//! * **commands** from the application: [`Machine::push`], [`Machine::push_map`],
//!   [`Machine::pull`], [`Machine::release`], [`Machine::answer`], [`Machine::stream`],
//!   [`Machine::on_broken`];
//! * **output**: [`Machine::take_effects`], [`Machine::take_frames`], to be drained after every
//!   input and every command;
//! * **getters**.
//!
//! | file | what is in it |
//! |---|---|
//! | `machine` | the state, and what is drained from it |
//! | `input` | what each message of the peer's does to it |
//! | `commands` | what the application does to it |
//! | `streams`, `mapping` | both, for streams and for mappers |
//! | `terminate`, `broken` | the end, and who wants to be told of it |
//! | `exports`, `imports`, `table` | the two tables |
//! | `evaluate`, `devaluate` | from the expressions of messages to values, and back |
//! | `thrown` | what can be thrown across a session |
//! | `outbox` | what is to be sent |
//! | `effect`, `traffic` | what is to be done outside, and what has passed |
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod broken;
mod commands;
mod devaluate;
mod effect;
mod evaluate;
mod exports;
mod imports;
mod input;
mod machine;
mod mapping;
mod outbox;
mod streams;
mod table;
mod terminate;
mod thrown;
mod traffic;

pub(crate) use broken::BrokenPlace;
pub(crate) use commands::Refused;
pub(crate) use effect::{Effect, Host};
#[cfg(any(test, feature = "__fuzz"))]
pub(crate) use machine::Debts;
pub(crate) use machine::Machine;
pub(crate) use outbox::{Frames, is_push};

#[cfg(test)]
mod tests;
