//! What is said about what was measured.

use std::io::{self, Write};

use serde_json::json;

use super::machine::machine;
use super::measured::Measured;
use crate::cli::args::BenchOptions;

/// Says what was measured, where, and how.
pub(super) fn say(
    options: &BenchOptions,
    measured: &[Measured],
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let machine = machine();
    if options.json {
        let said = json!({
            "machine": machine,
            "settings": settings(options),
            "measured": measured,
        });
        writeln!(out, "{said}")?;
        return out.flush();
    }
    writeln!(out, "{machine}\n{}\n", settings(options))?;
    for one in measured {
        say_one(one, out)?;
    }
    out.flush()
}

fn say_one(one: &Measured, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{:<24} {:>9.0}/s", one.what, one.per_second)?;
    if let Some(micros) = one.micros {
        write!(out, "  p50 {:.0} µs, p99 {:.0} µs", micros.p50, micros.p99)?;
    }
    if let Some(used) = one.cpu_micros {
        write!(out, "  processor: server {:.1} µs", used.server)?;
        if let Some(worker) = used.worker {
            write!(out, ", worker {worker:.1} µs")?;
        }
    }
    if let Some(bytes) = one.bytes {
        write!(out, "  memory: {bytes:.0} bytes")?;
    }
    writeln!(out)
}

fn settings(options: &BenchOptions) -> String {
    let BenchOptions {
        tasks,
        in_flight,
        bulk,
        workers,
        ..
    } = options;
    let durability = if options.memory {
        "in memory"
    } else {
        "on disk, synced before each answer"
    };
    let directory = options.data.as_ref().map_or_else(
        || "a temporary directory".to_owned(),
        |data| data.display().to_string(),
    );
    let profile = if cfg!(debug_assertions) {
        ", not optimised"
    } else {
        ""
    };
    format!(
        "task-queue {}{profile}: {durability}, in {directory}; {tasks} tasks with 200 bytes of \
         parameters each way, over one connection, {in_flight} in flight or {bulk} in a call; a worker \
         process that carries out {workers} at a time",
        env!("CARGO_PKG_VERSION"),
    )
}
