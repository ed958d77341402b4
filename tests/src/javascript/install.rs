//! Installs the pinned npm packages, once for each version of the lock file.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use thiserror::Error;

/// Makes `node_modules` in `directory` hold what its `package-lock.json` pins.
///
/// Test processes run side by side, so that only the holder of a file lock looks and installs. The
/// stamp inside `node_modules` is a copy of the lock file the packages were installed from: npm
/// removes it with everything else before it installs, so that an install that was cut off leaves
/// none.
pub(super) fn install(directory: &Path) -> Result<(), InstallError> {
    let lock = File::create(directory.join("node_modules.lock")).map_err(InstallError::Files)?;
    lock.lock().map_err(InstallError::Files)?;
    let pinned = fs::read(directory.join("package-lock.json")).map_err(InstallError::Files)?;
    let stamp = directory.join("node_modules").join(".installed-from.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == pinned) {
        return Ok(());
    }
    npm_ci(directory)?;
    fs::write(&stamp, pinned).map_err(InstallError::Files)
}

fn npm_ci(directory: &Path) -> Result<(), InstallError> {
    let output = Command::new("npm")
        .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(directory)
        .stdin(Stdio::null())
        .output()
        .map_err(InstallError::NoNpm)?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(InstallError::Failed { said })
}

/// A reason why the npm packages of the tests are not installed.
#[derive(Debug, Error)]
pub enum InstallError {
    /// The files in `tests/js` cannot be read or written.
    #[error("tests/js cannot be prepared: {0}")]
    Files(#[source] io::Error),
    /// There is no `npm`.
    #[error("`npm` does not start: {0}")]
    NoNpm(#[source] io::Error),
    /// `npm ci` failed.
    #[error("`npm ci` in tests/js failed: {said}")]
    Failed {
        /// What it said.
        said: String,
    },
}
