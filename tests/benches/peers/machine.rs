//! The machine: its cores, what it is, and how even it runs.

use std::error::Error;
use std::fs;
use std::process::Command;
use std::time::Instant;

use tests::Process;

/// A core that one side has for itself.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Core {
    Server,
    Client,
}

impl Core {
    /// Returns a command that runs what follows on this core, with as many files as it may have.
    pub(crate) fn command(self) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", r#"ulimit -n "$(ulimit -Hn)"; exec "$@""#, "sh"]);
        command.args(["taskset", "-c", self.number()]);
        command
    }

    const fn number(self) -> &'static str {
        match self {
            Self::Server => "0",
            Self::Client => "1",
        }
    }
}

/// How long the same work took at the beginning of each round: how even the machine runs.
#[derive(Debug, Default)]
pub(crate) struct Calibration(Vec<f64>);

impl Calibration {
    /// Does it once on each core.
    pub(crate) fn measure(&mut self) -> Result<(), Box<dyn Error>> {
        for core in [Core::Server, Core::Client] {
            let mut command = core.command();
            command.arg(std::env::current_exe()?).arg("calibrate");
            let end = Process::spawn(&mut command)?.finish(std::time::Duration::from_mins(1))?;
            let line = end.lines.first().ok_or("it says nothing")?;
            self.0.push(line.parse()?);
        }
        Ok(())
    }

    /// Returns the least and the most milliseconds it took.
    pub(crate) fn range(&self) -> (f64, f64) {
        let least = self.0.iter().copied().fold(f64::INFINITY, f64::min);
        (least, self.0.iter().copied().fold(0.0, f64::max))
    }
}

/// Does a fixed amount of work, and says how many milliseconds it took.
pub(crate) fn calibrate() {
    let begun = Instant::now();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..100_000_000_u32 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    std::hint::black_box(state);
    println!("{}", begun.elapsed().as_secs_f64() * 1e3);
}

/// Says what machine this is, and with what the programs were built and run.
pub(crate) fn describe() -> String {
    let processor = first_after("/proc/cpuinfo", "model name");
    let memory = first_after("/proc/meminfo", "MemTotal");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let kernel = said("uname", &["-sr"]);
    let rustc = said("rustc", &["--version"]);
    let node = said("node", &["--version"]);
    format!("{cores} cores of {processor}, memory {memory}, {kernel}, {rustc}, Node.js {node}")
}

fn first_after(path: &str, field: &str) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(field));
    let value = line.and_then(|line| line.split_once(':'));
    value.map_or_else(String::new, |(_, value)| value.trim().to_owned())
}

fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    text.unwrap_or_else(|_| "none".to_owned())
}
