//! A child process that is watched line by line and does not outlive its test.

use std::io::{self, BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use thiserror::Error;

/// A running child process with its output captured; dropping it kills it.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    lines: Receiver<String>,
    stderr: Option<JoinHandle<String>>,
}

impl Process {
    /// Starts `command`, without standard input.
    pub fn spawn(command: &mut Command) -> Result<Self, ProcessError> {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|source| ProcessError::Spawn {
                name: name.clone(),
                source,
            })?;
        let (lines, stderr) = (
            read_lines(child.stdout.take()),
            read_all(child.stderr.take()),
        );
        Ok(Self {
            name,
            child,
            lines,
            stderr: Some(stderr),
        })
    }

    /// Waits for a line of standard output that begins with `prefix`; returns what follows it.
    ///
    /// Lines before it are skipped.
    pub fn line_after(&mut self, prefix: &str, limit: Duration) -> Result<String, ProcessError> {
        let deadline = Instant::now() + limit;
        loop {
            let Some(line) = self.next_line(deadline, limit)? else {
                return Err(self.ended_without(prefix));
            };
            if let Some(rest) = line.strip_prefix(prefix) {
                return Ok(rest.to_owned());
            }
        }
    }

    /// Waits until the process has ended by itself.
    pub fn finish(&mut self, limit: Duration) -> Result<Finished, ProcessError> {
        let deadline = Instant::now() + limit;
        let mut lines = Vec::new();
        while let Some(line) = self.next_line(deadline, limit)? {
            lines.push(line);
        }
        let status = self.wait()?;
        Ok(Finished {
            status,
            lines,
            stderr: self.stderr(),
        })
    }

    /// Asks the process to stop (SIGTERM) and waits until it has ended.
    #[cfg(unix)]
    pub fn terminate(&mut self, limit: Duration) -> Result<Finished, ProcessError> {
        self.signal("TERM", limit)
    }

    /// Interrupts the process (SIGINT), as Ctrl-C does, and waits until it has ended.
    #[cfg(unix)]
    pub fn interrupt(&mut self, limit: Duration) -> Result<Finished, ProcessError> {
        self.signal("INT", limit)
    }

    /// Returns the number that the operating system knows the process by.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    #[cfg(unix)]
    fn signal(&mut self, name: &str, limit: Duration) -> Result<Finished, ProcessError> {
        let id = self.id().to_string();
        Self::spawn(Command::new("kill").args(["-s", name, &id]))?.finish(limit)?;
        self.finish(limit)
    }

    fn next_line(&self, by: Instant, limit: Duration) -> Result<Option<String>, ProcessError> {
        let left = by.saturating_duration_since(Instant::now());
        match self.lines.recv_timeout(left) {
            Ok(line) => Ok(Some(line)),
            Err(RecvTimeoutError::Disconnected) => Ok(None),
            Err(RecvTimeoutError::Timeout) => Err(ProcessError::TooSlow {
                name: self.name.clone(),
                limit,
            }),
        }
    }

    fn ended_without(&mut self, prefix: &str) -> ProcessError {
        match self.wait() {
            Ok(status) => ProcessError::EndedEarly {
                name: self.name.clone(),
                prefix: prefix.to_owned(),
                status,
                stderr: self.stderr(),
            },
            Err(error) => error,
        }
    }

    fn wait(&mut self) -> Result<ExitStatus, ProcessError> {
        let name = &self.name;
        self.child.wait().map_err(|source| ProcessError::Wait {
            name: name.clone(),
            source,
        })
    }

    fn stderr(&mut self) -> String {
        self.stderr
            .take()
            .and_then(|reader| reader.join().ok())
            .unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only when the process has already ended, which is what is wanted.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// What a process left behind when it ended.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub status: ExitStatus,
    /// The lines of its standard output that nobody had waited for.
    pub lines: Vec<String>,
    /// All of its standard error.
    pub stderr: String,
}

/// A way in which a child process did not do what the test needs of it.
#[derive(Debug, Error)]
pub enum ProcessError {
    /// It could not be started.
    #[error("`{name}` does not start: {source}")]
    Spawn {
        /// The program.
        name: String,
        /// Why not.
        source: io::Error,
    },
    /// It said nothing, or did not end, for too long.
    #[error("`{name}` did not get there within {limit:?}")]
    TooSlow {
        /// The program.
        name: String,
        /// The time it had.
        limit: Duration,
    },
    /// It ended before it printed the awaited line.
    #[error("`{name}` ended ({status}) without a line `{prefix}…`; its stderr: {stderr}")]
    EndedEarly {
        /// The program.
        name: String,
        /// How the awaited line begins.
        prefix: String,
        /// How it ended.
        status: ExitStatus,
        /// All of its standard error.
        stderr: String,
    },
    /// The operating system does not say how it ended.
    #[error("`{name}` cannot be waited for: {source}")]
    Wait {
        /// The program.
        name: String,
        /// Why not.
        source: io::Error,
    },
}

/// Reads lines on a thread, so that a test can wait for one with a time limit.
fn read_lines(output: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let lines = output
            .into_iter()
            .flat_map(|pipe| BufReader::new(pipe).lines());
        for line in lines.map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

fn read_all(output: Option<impl Read + Send + 'static>) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = output {
            // A pipe that breaks ends the text where it broke.
            drop(pipe.read_to_end(&mut bytes));
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Process {
        Process::spawn(Command::new("sh").args(["-c", script])).unwrap()
    }

    #[test]
    fn the_awaited_line_is_found_among_others() {
        let mut process = shell("echo starting; echo 'ready at 7'; echo later");
        assert_eq!(process.line_after("ready at ", LIMIT).unwrap(), "7");
        assert_eq!(process.finish(LIMIT).unwrap().lines, ["later"]);
    }

    #[test]
    fn a_process_that_stays_silent_is_given_up_on() {
        let mut process = shell("exec tail -f /dev/null");
        let outcome = process.line_after("ready", Duration::from_millis(1));
        assert!(
            matches!(outcome, Err(ProcessError::TooSlow { .. })),
            "{outcome:?}"
        );
    }

    #[test]
    fn a_process_that_ends_early_says_why() {
        let error = shell("echo 'no such port' >&2; exit 3")
            .line_after("ready", LIMIT)
            .unwrap_err();
        assert!(error.to_string().contains("no such port"), "{error}");
    }

    #[test]
    fn a_dropped_process_is_gone() {
        let process = shell("exec tail -f /dev/null");
        let id = process.child.id().to_string();
        drop(process);
        let end = Process::spawn(Command::new("kill").args(["-0", &id]))
            .unwrap()
            .finish(LIMIT);
        assert!(!end.unwrap().status.success(), "process {id} still runs");
    }

    const LIMIT: Duration = Duration::from_secs(30);
}
