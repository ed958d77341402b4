//! What the tests of the program share.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use tests::{Process, task_queue};

/// Far above what anything here takes; what is not there by then will not come.
pub(crate) const LIMIT: Duration = Duration::from_mins(2);

/// Starts the program with arguments.
pub(crate) fn start(arguments: &[&str]) -> Process {
    let mut command = Command::new(program());
    Process::spawn(command.args(arguments)).unwrap_or_else(|error| panic!("{error}"))
}

/// Starts a server on a free port, with its data in a directory; returns it and its URL.
pub(crate) fn serve(data: &Path, options: &[&str]) -> (Process, String) {
    let data = data
        .to_str()
        .expect("a temporary directory has a plain name");
    let mut arguments = vec!["serve", "--listen", "127.0.0.1:0", "--data", data];
    arguments.extend(options);
    let mut server = start(&arguments);
    let url = server.line_after("Task Queue Server running on ", LIMIT);
    (server, url.unwrap_or_else(|error| panic!("{error}")))
}

/// Returns the program, built once for all the tests of this process.
pub(crate) fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| task_queue().unwrap_or_else(|error| panic!("{error}")))
}
