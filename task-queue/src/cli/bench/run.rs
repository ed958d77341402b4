//! What is measured, one after the other.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use capnweb_runtime::Error;

use super::disk::disk;
use super::hands::lend_hands;
use super::load::Load;
use super::measured::{Measured, Usage, each};
use super::process::{BenchServer, Process};
use super::report::say;
use crate::cli::args::BenchOptions;
use crate::cli::error::RunError;

/// Starts a server, loads it over one connection, and says how fast it was.
pub(in crate::cli) async fn bench(
    options: BenchOptions,
    out: &mut (dyn Write + Send),
) -> Result<(), RunError> {
    if let Some(url) = &options.hands {
        return lend_hands(url, options.workers).await;
    }
    // It is removed when all is done.
    let temporary = tempfile::tempdir().map_err(RunError::BenchServer)?;
    let data = options.data.as_deref().unwrap_or(temporary.path());
    let measured = measure(&options, data).await?;
    say(&options, &measured, out).map_err(RunError::Output)
}

async fn measure(options: &BenchOptions, data: &Path) -> Result<Vec<Measured>, RunError> {
    std::fs::create_dir_all(data).map_err(RunError::BenchServer)?;
    let reference = disk(data).map_err(RunError::BenchServer)?;
    let server = BenchServer::start(options, data)?;
    let load = Load::connect(server.url()).await?;
    let mut bench = Bench {
        options,
        server: &server,
        load: &load,
        measured: vec![reference],
    };
    bench.submissions().await?;
    bench.work().await?;
    if options.waiting > 0 {
        bench.waiting().await?;
    }
    Ok(bench.measured)
}

struct Bench<'a> {
    options: &'a BenchOptions,
    server: &'a BenchServer,
    load: &'a Load,
    measured: Vec<Measured>,
}

/// A moment from which something is measured.
struct Mark {
    at: Instant,
    server: Option<Duration>,
    worker: Option<Duration>,
}

impl Bench<'_> {
    /// Submits tasks, all of which wait.
    async fn submissions(&mut self) -> Result<(), RunError> {
        let BenchOptions {
            tasks, in_flight, ..
        } = *self.options;
        let (load, few) = (self.load, tasks.div_ceil(10));
        let mark = self.mark(None);
        let latencies = load.submit_in_turn(few).await.map_err(RunError::Refused)?;
        let measured = self.since(&mark, None, "submit, one at a time", few);
        self.measured.push(measured.with_latencies(latencies));
        let mark = self.mark(None);
        refused(load.submit(tasks, in_flight).await)?;
        let measured = self.since(&mark, None, "submit, in flight", tasks);
        self.measured.push(measured);
        Ok(())
    }

    /// Submits tasks in bulk, and has all tasks carried out; then others while they are submitted, and
    /// some one by one.
    async fn work(&mut self) -> Result<(), RunError> {
        let BenchOptions {
            tasks,
            bulk,
            workers,
            ..
        } = *self.options;
        let load = self.load;
        let mark = self.mark(None);
        let last = refused(load.submit_in_bulk(tasks, bulk).await)?;
        let measured = self.since(&mark, None, "submit, in bulk", tasks);
        self.measured.push(measured);
        let all = tasks.saturating_mul(2).saturating_add(tasks.div_ceil(10));
        let worker = self.drain(&last, "drain", all).await?;
        let mark = self.mark(Some(&worker));
        let last = refused(load.submit_in_bulk(tasks, bulk).await)?;
        refused(refused(load.watch(&last, workers).await)?.wait().await)?;
        let measured = self.since(&mark, Some(&worker), "submit and carry out", tasks);
        self.measured.push(measured);
        let mark = self.mark(Some(&worker));
        let latencies = refused(load.trickle(TRICKLE, PAUSE).await)?;
        let measured = self.since(&mark, Some(&worker), "from submission to start", TRICKLE);
        self.measured.push(measured.with_latencies(latencies));
        Ok(())
    }

    /// Has tasks carried out that have very many others behind them.
    async fn waiting(&mut self) -> Result<(), RunError> {
        let BenchOptions {
            tasks,
            bulk,
            waiting,
            ..
        } = *self.options;
        let first = refused(self.load.submit_in_bulk(tasks, bulk).await)?;
        let (mark, before) = (self.mark(None), self.server.process.memory());
        refused(self.load.submit_in_bulk(waiting, bulk).await)?;
        let mut measured = self.since(&mark, None, "submit, to wait", waiting);
        let grown = self.server.process.memory().zip(before);
        let waiting = f64::from(u32::try_from(waiting).unwrap_or(u32::MAX));
        measured.bytes = grown.map(|(after, before)| (after - before) / waiting);
        self.measured.push(measured);
        drop(self.drain(&first, "drain, others waiting", tasks).await?);
        Ok(())
    }

    /// Has a new worker carry out the tasks that wait, up to these.
    async fn drain(
        &mut self,
        last: &[crate::model::TaskId],
        what: &'static str,
        count: usize,
    ) -> Result<Process, RunError> {
        let workers = self.options.workers;
        let ends = refused(self.load.watch(last, workers).await)?;
        let mut mark = self.mark(None);
        let worker = Process::worker(self.server.url(), workers)?;
        (mark.at, mark.worker) = (Instant::now(), Some(Duration::ZERO));
        refused(ends.wait().await)?;
        let measured = self.since(&mark, Some(&worker), what, count);
        self.measured.push(measured);
        Ok(worker)
    }

    fn mark(&self, worker: Option<&Process>) -> Mark {
        Mark {
            server: self.server.process.processor_time(),
            worker: worker.and_then(Process::processor_time),
            at: Instant::now(),
        }
    }

    fn since(
        &self,
        mark: &Mark,
        worker: Option<&Process>,
        what: &'static str,
        count: usize,
    ) -> Measured {
        let mut measured = Measured::new(what, count, mark.at.elapsed());
        let used = |process: &Process, before: Option<Duration>| {
            let used = process.processor_time()?.saturating_sub(before?);
            Some(each(count, used).as_secs_f64() * 1e6)
        };
        measured.cpu_micros = used(&self.server.process, mark.server).map(|server| Usage {
            server,
            worker: worker.and_then(|worker| used(worker, mark.worker)),
        });
        measured
    }
}

fn refused<T>(answer: Result<T, Error>) -> Result<T, RunError> {
    answer.map_err(RunError::Refused)
}

/// How many tasks are submitted one by one to see when they begin, and how long after each other.
const TRICKLE: usize = 300;
const PAUSE: Duration = Duration::from_millis(10);
