//! Whether memory is flat.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;
use std::{fmt, fs, thread};

/// Samples of how much memory something uses, in bytes, taken at even intervals.
#[derive(Debug, Clone)]
pub(crate) struct Memory {
    what: &'static str,
    samples: Vec<u64>,
}

impl Memory {
    pub(crate) const fn new(what: &'static str) -> Self {
        Self {
            what,
            samples: Vec::new(),
        }
    }

    /// Takes samples of what a process has resident for as long as something goes on; none where the
    /// system does not say.
    pub(crate) fn sampled<T>(&mut self, process: u32, going_on: impl FnOnce() -> T) -> T {
        let (working, over) = channel::<()>();
        thread::scope(|scope| {
            scope.spawn(move || {
                while over.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
                    self.samples.extend(resident(process));
                }
            });
            // Over when it is dropped, also by a panic.
            let _working = working;
            going_on()
        })
    }

    pub(crate) fn push(&mut self, bytes: u64) {
        self.samples.push(bytes);
    }

    /// Checks that it does not grow: the median of the last third may be above that of the third
    /// before by [`SLACK`] bytes and [`PERCENT`] percent. The first third is for what is made once:
    /// threads, caches, the room that tables and allocators keep.
    pub(crate) fn assert_flat(&self) {
        assert!(!self.grows(), "it grows: {self}: {:?}", self.samples);
    }

    fn grows(&self) -> bool {
        let third = self.samples.len() / 3;
        let before = median(self.samples.get(third..2 * third));
        let after = median(self.samples.get(2 * third..));
        match (before, after) {
            (Some(before), Some(after)) => after > before + before / 100 * PERCENT + SLACK,
            // So few samples say nothing.
            _ => false,
        }
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let third = self.samples.len() / 3;
        let kib = |samples| median(samples).unwrap_or_default() / 1024;
        write!(
            f,
            "{} {} KiB, then {} KiB, then {} KiB (medians of thirds)",
            self.what,
            kib(self.samples.get(..third)),
            kib(self.samples.get(third..2 * third)),
            kib(self.samples.get(2 * third..)),
        )
    }
}

fn median(samples: Option<&[u64]>) -> Option<u64> {
    let mut sorted = samples?.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied()
}

fn resident(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// Below this, growth is noise: an arena more of the allocator's, a run of large chunks.
const SLACK: u64 = 4 << 20;
const PERCENT: u64 = 5;

const INTERVAL: Duration = Duration::from_millis(100);

#[test]
fn growth_is_told_from_noise() {
    let mut flat = Memory::new("flat");
    let mut leaking = Memory::new("leaking");
    for second in 0..60_u64 {
        let noise = (second * 7919 % 13) << 16;
        // A large rise at the beginning is no leak.
        flat.push((30 << 20) + noise + (second.min(10) << 20));
        leaking.push((30 << 20) + noise + (second << 19));
    }
    assert!(!flat.grows(), "{flat}");
    assert!(leaking.grows(), "{leaking}");
}

#[test]
fn this_process_has_memory() {
    let here = resident(std::process::id());
    assert!(!cfg!(target_os = "linux") || here.is_some_and(|bytes| bytes > 1 << 20));
}
