//! Finds Node.js and runs the programs of `tests/js` on it.

use std::env;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::Command;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use thiserror::Error;

use super::install::{InstallError, install};
use crate::{Process, ProcessError, root};

/// A Node.js that can run the programs of `tests/js`, their packages installed.
#[derive(Debug)]
pub struct Node {
    directory: PathBuf,
}

impl Node {
    /// Finds Node.js and installs the pinned packages; `None` where the tests that need it are to
    /// be left out, which is said on stderr.
    pub fn prepare() -> Result<Option<Self>, NodeError> {
        if env::var_os(SKIP).is_some_and(|value| !value.is_empty() && value != "0") {
            announce_skip();
            return Ok(None);
        }
        require_version(&version()?)?;
        let directory = root().join("tests").join("js");
        install(&directory)?;
        Ok(Some(Self { directory }))
    }

    /// Like [`prepare`](Self::prepare), for a test: what is missing fails the first test that asks,
    /// with one sentence, and leaves the others out, so that it is said once.
    ///
    /// # Panics
    ///
    /// When Node.js cannot be used, the first time.
    pub fn for_test() -> Option<Self> {
        static TOLD: AtomicBool = AtomicBool::new(false);
        match Self::prepare() {
            Ok(node) => node,
            Err(error) if TOLD.swap(true, Ordering::Relaxed) => {
                drop(error);
                None
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// Starts the interop target; returns it and its `ws://` URL.
    pub fn target(&self) -> Result<(Process, String), ProcessError> {
        let mut target = self.program("target.mjs", &["--listen", "127.0.0.1:0"])?;
        let url = target.line_after("listening on ", START_LIMIT)?;
        Ok((target, url))
    }

    /// Starts a program of `tests/js`.
    pub fn program(&self, file: &str, arguments: &[&str]) -> Result<Process, ProcessError> {
        self.run(&[&[file], arguments].concat())
    }

    /// Starts a program of `tests/js` that can have the garbage collected, to tell what is alive.
    pub fn measured_program(
        &self,
        file: &str,
        arguments: &[&str],
    ) -> Result<Process, ProcessError> {
        self.run(&[&["--expose-gc", file], arguments].concat())
    }

    fn run(&self, arguments: &[&str]) -> Result<Process, ProcessError> {
        Process::spawn(
            Command::new(NODE)
                .args(arguments)
                .current_dir(&self.directory),
        )
    }
}

/// A reason why the tests that need Node.js cannot run.
#[derive(Debug, Error)]
pub enum NodeError {
    /// There is no `node`.
    #[error("Node.js {MINIMUM} or newer is missing (`node` does not start: {0}); {ADVICE}.")]
    Missing(#[source] io::Error),
    /// `node` is too old, or no Node.js.
    #[error("Node.js {MINIMUM} or newer is missing (`node --version` says {said:?}); {ADVICE}.")]
    TooOld {
        /// What it says its version is.
        said: String,
    },
    /// The npm packages are not installed.
    #[error("The npm packages of the interop tests are missing ({0}); {ADVICE}.")]
    NotInstalled(#[from] InstallError),
}

fn version() -> Result<String, NodeError> {
    let output = Command::new(NODE)
        .arg("--version")
        .output()
        .map_err(NodeError::Missing)?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn require_version(said: &str) -> Result<(), NodeError> {
    let major = said
        .strip_prefix('v')
        .and_then(|numbers| numbers.split('.').next());
    match major.and_then(|major| major.parse::<u32>().ok()) {
        Some(major) if major >= MINIMUM => Ok(()),
        _ => Err(NodeError::TooOld {
            said: said.to_owned(),
        }),
    }
}

/// Says so past the test runner, which keeps to itself what a passing test prints.
fn announce_skip() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Without a stderr there is nobody to tell.
        drop(writeln!(
            io::stderr(),
            "left out, because {SKIP} is set: the tests that need Node.js"
        ));
    });
}

const NODE: &str = "node";
const MINIMUM: u32 = 20;
const SKIP: &str = "CAPNWEB_SKIP_JS";
const ADVICE: &str = "`CAPNWEB_SKIP_JS=1 cargo test --workspace` leaves out the tests that need it";
const START_LIMIT: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_from_the_minimum_on_are_taken() {
        for said in ["v20.0.0", "v20.20.2", "v24.1.0", "v100.0.0"] {
            assert!(require_version(said).is_ok(), "{said}");
        }
        for said in ["v19.9.0", "v8.0.0", "20.0.0", "vfoo", ""] {
            assert!(require_version(said).is_err(), "{said}");
        }
    }

    #[test]
    fn a_missing_node_is_told_in_one_sentence_with_the_way_out() {
        let text = NodeError::TooOld {
            said: "v18.0.0".into(),
        }
        .to_string();
        assert!(
            text.contains("CAPNWEB_SKIP_JS=1 cargo test --workspace"),
            "{text}"
        );
        assert_eq!(text.lines().count(), 1, "{text}");
        assert_eq!(text.matches(". ").count(), 0, "{text}");
    }
}
