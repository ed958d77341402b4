//! The harness the integration tests share.
//!
//! Everything in it blocks: a test on an async runtime calls it through `spawn_blocking`, or
//! before the runtime starts.

pub mod chaos;
pub mod diary;
mod javascript;
mod process;
mod program;
pub mod work;
mod workspace;

pub use javascript::{InstallError, Node, NodeError, Passed, SCENARIOS, Scenario, ScenarioError};
pub use process::{Finished, Process, ProcessError};
pub use program::{BuildError, example, interop_target, measured_program, task_queue};
pub use workspace::{relative, root, source_files};

/// The examples of the README are compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod readme {}
