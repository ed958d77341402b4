//! What processes cost, as `/proc` has it. Where there is none, everything is 0.

use std::fs;

/// The processor time that a client and its server have used.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    client: u64,
    server: u64,
}

impl Usage {
    /// Reads what this process and the server have used until now.
    pub fn now(server: u32) -> Self {
        Self {
            client: cpu_nanoseconds(std::process::id()),
            server: cpu_nanoseconds(server),
        }
    }

    /// Returns what has been used since, in nanoseconds: by the client, and by the server.
    pub fn since(self, earlier: Self) -> (u64, u64) {
        (
            self.client.saturating_sub(earlier.client),
            self.server.saturating_sub(earlier.server),
        )
    }
}

/// Returns the processor time of the threads of a process, in nanoseconds.
pub fn cpu_nanoseconds(process: u32) -> u64 {
    let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else {
        return 0;
    };
    threads
        .flatten()
        .filter_map(|thread| fs::read_to_string(thread.path().join("schedstat")).ok())
        .filter_map(|text| text.split_whitespace().next()?.parse::<u64>().ok())
        .sum()
}

/// Returns the memory that a process has now, in bytes.
pub fn resident_bytes(process: u32) -> u64 {
    status(process, "VmRSS:").saturating_mul(1024)
}

/// Returns the most memory that a process had since [`forget_peak`], in KiB.
pub fn peak_kib(process: u32) -> u64 {
    status(process, "VmHWM:")
}

/// Begins anew to look for the most memory that a process has.
pub fn forget_peak(process: u32) {
    // Where it may not, the most is that of its whole life.
    drop(fs::write(format!("/proc/{process}/clear_refs"), "5"));
}

fn status(process: u32, field: &str) -> u64 {
    let text = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(field));
    let kib = line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok());
    kib.unwrap_or(0)
}
