//! Builds the workspace's own programs, as their users would.

use std::env;
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;
use thiserror::Error;

use crate::root;

/// Builds `task-queue` in the profile of the tests; returns where it is.
///
/// Cargo knows best what is up to date, so that this may be called by every test.
pub fn task_queue() -> Result<PathBuf, BuildError> {
    build(&["--package", "task-queue", "--bin", "task-queue"])
}

/// Builds an example of the runtime, like [`task_queue()`].
pub fn example(name: &str) -> Result<PathBuf, BuildError> {
    // As a part of the workspace it has the features that the tests have, and was built with them.
    build(&["--workspace", "--example", name])
}

/// Builds the runtime's example `interop-target` in the profile of the tests; returns where it is.
pub fn interop_target() -> Result<PathBuf, BuildError> {
    build(&[
        "--package",
        "capnweb-runtime",
        "--example",
        "interop-target",
    ])
}

/// Builds a program of `tests/peers`, which is a workspace of its own, optimised; returns where it
/// is.
pub fn measured_program(package: &str) -> Result<PathBuf, BuildError> {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), Into::into);
    // On their own: what another package asks of a library that both use makes neither slower.
    let target: PathBuf = target.join("peers");
    make(
        Command::new(cargo())
            .args(["build", "--release", "--package", package])
            .args(["--manifest-path", "tests/peers/Cargo.toml", "--target-dir"])
            .arg(target),
    )
}

fn build(what: &[&str]) -> Result<PathBuf, BuildError> {
    let release = (!cfg!(debug_assertions)).then_some("--release");
    make(Command::new(cargo()).arg("build").args(what).args(release))
}

/// Runs a `cargo build`; returns where it has put the program.
fn make(build: &mut Command) -> Result<PathBuf, BuildError> {
    build
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(root())
        .stdin(Stdio::null());
    let output = build.output().map_err(BuildError::NoCargo)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(BuildError::Failed { said });
    }
    let messages = String::from_utf8_lossy(&output.stdout).into_owned();
    messages
        .lines()
        .find_map(executable)
        .ok_or(BuildError::NoProgram)
}

fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// A reason why there is no program to test.
#[derive(Debug, Error)]
pub enum BuildError {
    /// There is no `cargo`.
    #[error("`cargo` does not start: {0}")]
    NoCargo(#[source] io::Error),
    /// `cargo build` failed.
    #[error("`cargo build` of the program failed: {said}")]
    Failed {
        /// What it said.
        said: String,
    },
    /// `cargo build` does not say where it has put the program.
    #[error("`cargo build` did not make a program")]
    NoProgram,
}

/// Reads where a program was put out of one of cargo's messages.
fn executable(message: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    message.get("executable")?.as_str().map(PathBuf::from)
}
