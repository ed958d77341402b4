//! The numbers as a page.

use std::fs;
use std::path::PathBuf;

use tokio::time::timeout;

use super::health::PATIENCE;
use super::page::{Kind, Page};
use super::recorder::{Line, Outcomes, Recorded};
use super::standing::Standing;
use crate::model::PoolName;
use crate::service::hub::Hub;

impl Hub {
    /// Returns how the queue is doing, in numbers, as text that Prometheus reads.
    pub(in crate::service) async fn report(&self) -> String {
        let now = self.clock.now();
        let standing = self.owner.read(move |state| Standing::of(state, now));
        let standing = timeout(PATIENCE, standing).await;
        let store = store_bytes(self.metrics.files.clone()).await;
        let mut page = Page::default();
        page.family("task_queue_info", Kind::Gauge, "Which version it is.");
        let version = env!("CARGO_PKG_VERSION");
        page.number("task_queue_info", &[("version", version)], 1);
        if let Ok(Ok(standing)) = standing {
            tell_standing(&mut page, &standing);
        }
        if let Some(bytes) = store {
            let help = "Bytes of the store's files.";
            page.single("task_queue_store_bytes", Kind::Gauge, help, bytes);
        }
        let recorded = self.metrics.recorded();
        tell_tasks(&mut page, &recorded);
        tell_attempts(&mut page, &recorded);
        tell_store(&mut page, &recorded);
        page.into_text()
    }
}

/// Returns the size of the files together, if there are any.
async fn store_bytes(files: Vec<PathBuf>) -> Option<u64> {
    if files.is_empty() {
        return None;
    }
    let sizes = tokio::task::spawn_blocking(move || {
        let sizes = files.iter().filter_map(|file| fs::metadata(file).ok());
        sizes.fold(0_u64, |sum, file| sum.saturating_add(file.len()))
    });
    sizes.await.ok()
}

fn tell_standing(page: &mut Page, standing: &Standing) {
    let (gauge, name) = (Kind::Gauge, "task_queue_tasks");
    page.family(
        name,
        gauge,
        "Tasks, by status, type and the pool they ask for.",
    );
    for (of, count) in standing.tasks.iter() {
        let (status, kind, pool) = match of {
            Some((status, kind, pool)) => (*status, kind.as_str(), asked_for(pool.as_ref())),
            None => (OTHER, OTHER, OTHER),
        };
        let labels = [("status", status), ("type", kind), ("pool", pool)];
        page.number(name, &labels, count);
    }
    let name = "task_queue_next_task_waiting_seconds";
    page.family(
        name,
        gauge,
        "How long the next tasks to begin could have begun.",
    );
    for (of, wait) in standing.waits.iter() {
        let (kind, pool) = match of {
            Some((kind, pool)) => (kind.as_str(), asked_for(pool.as_ref())),
            None => (OTHER, OTHER),
        };
        page.number(name, &[("type", kind), ("pool", pool)], wait);
    }
    tell_pools(page, standing);
    for (name, help, value) in [
        (
            "task_queue_tasks_kept",
            "Tasks, finished ones included.",
            standing.all_tasks,
        ),
        (
            "task_queue_tasks_limit",
            "How many tasks there may be.",
            standing.max_tasks,
        ),
        (
            "task_queue_values_bytes",
            "Bytes of the values of all tasks.",
            standing.bytes,
        ),
        (
            "task_queue_values_bytes_limit",
            "How many there may be.",
            standing.max_bytes,
        ),
        ("task_queue_schedules", "Schedules.", standing.schedules),
        (
            "task_queue_paused",
            "Whether the whole queue is paused.",
            usize::from(standing.is_paused),
        ),
    ] {
        page.single(name, gauge, help, value);
    }
}

fn tell_pools(page: &mut Page, standing: &Standing) {
    let workers = |name: &str| standing.pools.get(name).map_or(0, |pool| pool.workers);
    let running = |name: &str| standing.pools.get(name).map_or(0, |pool| pool.running);
    let paused = |name: &str| {
        let pool = standing.pools.get(name);
        usize::from(pool.is_some_and(|pool| pool.is_paused))
    };
    let families: [(_, _, &dyn Fn(&str) -> usize); 3] = [
        ("task_queue_workers", "Workers, by pool.", &workers),
        ("task_queue_running", "Tasks that run, by pool.", &running),
        (
            "task_queue_pool_paused",
            "Whether the pool is paused.",
            &paused,
        ),
    ];
    for (name, help, value) in families {
        page.family(name, Kind::Gauge, help);
        for pool in standing.pools.keys() {
            let pool = pool.as_str();
            page.number(name, &[("pool", pool)], value(pool));
        }
    }
}

fn tell_tasks(page: &mut Page, recorded: &Recorded) {
    let families: [(_, _, fn(&Outcomes) -> u64); 5] = [
        (
            "task_queue_submitted_total",
            "Tasks that were accepted.",
            |outcomes| outcomes.submitted,
        ),
        (
            "task_queue_completed_total",
            "Tasks that were completed.",
            |outcomes| outcomes.completed,
        ),
        (
            "task_queue_failed_total",
            "Tasks that have failed for good.",
            |outcomes| outcomes.failed,
        ),
        (
            "task_queue_cancelled_total",
            "Tasks that were cancelled.",
            |outcomes| outcomes.cancelled,
        ),
        (
            "task_queue_retries_total",
            "Failures after which a task is tried again.",
            |outcomes| outcomes.retries,
        ),
    ];
    for (name, help, value) in families {
        page.family(name, Kind::Counter, help);
        for (kind, outcomes) in recorded.tasks.iter() {
            let kind = kind.map_or(OTHER, |kind| kind.as_str());
            page.number(name, &[("type", kind)], value(outcomes));
        }
    }
}

fn tell_attempts(page: &mut Page, recorded: &Recorded) {
    let name = "task_queue_attempts_started_total";
    page.family(name, Kind::Counter, "Attempts that have begun.");
    for (line, attempts) in recorded.attempts.iter() {
        let (pool, kind) = names(line);
        page.number(name, &[("pool", pool), ("type", kind)], attempts.started);
    }
    let name = "task_queue_attempts_ended_total";
    page.family(
        name,
        Kind::Counter,
        "Attempts that have ended, by what ended them.",
    );
    for (line, attempts) in recorded.attempts.iter() {
        let (pool, kind) = names(line);
        for (why, count) in &attempts.ended {
            let labels = [("pool", pool), ("type", kind), ("why", why)];
            page.number(name, &labels, count);
        }
    }
    let name = "task_queue_start_latency_seconds";
    let help = "How long tasks could have begun before their first attempt did.";
    page.family(name, Kind::Histogram, help);
    for (line, attempts) in recorded.attempts.iter() {
        let (pool, kind) = names(line);
        page.histogram(name, &[("pool", pool), ("type", kind)], &attempts.waited);
    }
    let name = "task_queue_attempt_seconds";
    page.family(name, Kind::Histogram, "How long attempts took.");
    for (line, attempts) in recorded.attempts.iter() {
        let (pool, kind) = names(line);
        page.histogram(name, &[("pool", pool), ("type", kind)], &attempts.ran);
    }
    let name = "task_queue_workers_gone_total";
    page.family(
        name,
        Kind::Counter,
        "Workers that had joined and are gone, by why.",
    );
    for (why, count) in &recorded.workers_gone {
        page.number(name, &[("why", why)], count);
    }
}

fn tell_store(page: &mut Page, recorded: &Recorded) {
    let commits = &recorded.commits;
    let name = "task_queue_commit_seconds";
    page.family(name, Kind::Histogram, "How long commits to the store took.");
    page.histogram(name, &[], &commits.took);
    let (name, help) = ("task_queue_changes_total", "Records that were stored.");
    page.single(name, Kind::Counter, help, commits.changes);
    let name = "task_queue_commits_failed_total";
    page.family(name, Kind::Counter, "Commits that have failed, by why.");
    for (why, count) in &commits.failed {
        page.number(name, &[("why", why)], count);
    }
}

fn names(line: Option<&Line>) -> (&str, &str) {
    line.map_or((OTHER, OTHER), |(pool, kind)| {
        (pool.as_str(), kind.as_str())
    })
}

fn asked_for(pool: Option<&PoolName>) -> &str {
    pool.map_or("", |pool| pool.as_str())
}

/// The name of all those that come after the names there may be.
const OTHER: &str = "_other";
