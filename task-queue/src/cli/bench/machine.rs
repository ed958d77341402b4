//! What the figures were measured on.

use std::fs;
use std::thread;

/// Says on what machine this runs, in a line.
pub(super) fn machine() -> String {
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let processor =
        line_of("/proc/cpuinfo", "model name").unwrap_or_else(|| "processor".to_owned());
    let system = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    format!("{cores} × {processor}, {os} {} {arch}", system.trim())
}

fn line_of(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_once(':')
        .map(|(_, value)| value.trim().to_owned())
}
