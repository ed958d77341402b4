//! The program's commands, and what is said about them on the command line.

mod address;
mod args;
mod error;
mod run;
mod secrets;
mod serve;
mod signals;

pub use args::{Command, Door, ServeOptions, UsageError};
pub use error::RunError;
pub use run::{Outcome, run};
