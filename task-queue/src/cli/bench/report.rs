//! What is measured, and what is said about it.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use capnweb_runtime::Error;
use serde::Serialize;
use serde_json::json;

use crate::cli::args::BenchOptions;
use crate::cli::bench::load::Load;
use crate::cli::bench::machine::machine;
use crate::cli::bench::server::BenchServer;
use crate::cli::error::RunError;

/// One thing that was measured.
#[derive(Debug, Serialize)]
struct Measured {
    /// What was done, so many times.
    what: &'static str,
    count: usize,
    seconds: f64,
    per_second: f64,
    /// What it took of the server's processor time, in microseconds each; where the system tells.
    server_cpu_micros: Option<f64>,
}

/// Starts a server, loads it over one connection, and says how fast it was.
pub(in crate::cli) async fn bench(
    options: BenchOptions,
    out: &mut (dyn Write + Send),
) -> Result<(), RunError> {
    let server = BenchServer::start(&options)?;
    let load = Load::connect(server.url(), &options).await?;
    let mut report = Report {
        server: &server,
        measured: Vec::new(),
    };
    let (tasks, bulk) = (options.tasks, options.bulk);
    report
        .time("submit, in flight", tasks, load.submit(tasks))
        .await?;
    report
        .time("submit, in bulk", tasks, load.submit_in_bulk(tasks, bulk))
        .await?;
    report
        .time("drain", tasks.saturating_mul(2), load.drain())
        .await?;
    let measured = report.measured;
    say(&options, &measured, out).map_err(RunError::Output)
}

struct Report<'a> {
    server: &'a BenchServer,
    measured: Vec<Measured>,
}

impl Report<'_> {
    async fn time(
        &mut self,
        what: &'static str,
        count: usize,
        work: impl Future<Output = Result<(), Error>>,
    ) -> Result<(), RunError> {
        let (begun, used) = (Instant::now(), self.server.processor_time());
        work.await.map_err(RunError::Refused)?;
        let taken = begun.elapsed();
        let used = self.server.processor_time().zip(used);
        let used = used.map(|(after, before)| after.saturating_sub(before));
        self.measured.push(Measured {
            what,
            count,
            seconds: taken.as_secs_f64(),
            per_second: per(count, taken),
            server_cpu_micros: used.map(|used| 1e6 / per(count, used)),
        });
        Ok(())
    }
}

fn per(count: usize, time: Duration) -> f64 {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    f64::from(count) / time.as_secs_f64().max(f64::MIN_POSITIVE)
}

fn say(
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
        let Measured {
            what, per_second, ..
        } = one;
        write!(out, "{what:<18} {per_second:>9.0} tasks/s")?;
        match one.server_cpu_micros {
            Some(micros) => writeln!(out, "  {micros:>6.1} µs of the server's processor each")?,
            None => writeln!(out)?,
        }
    }
    out.flush()
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
        "task-queue {}{profile}: {durability}, in {directory}; {tasks} tasks without parameters each \
         way, over one connection, {in_flight} in flight or {bulk} in a call; {workers} workers in the \
         server's process",
        env!("CARGO_PKG_VERSION"),
    )
}
