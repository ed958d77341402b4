//! Many short lives of a queue, one for each seed.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::members::member;
use super::people::{client, hire, watcher, workers};
use super::stage::Stage;
use crate::engine::{Command, CreateSchedule, State};
use crate::model::{Calendar, Misfire, ScheduleId, Submitter, TaskSpec, TaskType};

/// What became of one life.
#[derive(Debug, Default)]
struct Life {
    begun: usize,
    results: usize,
    seen: usize,
    syncs: usize,
}

/// Plays one life: clients, workers, crashes, and then peace, until all has come to its end.
async fn live(seed: u64) -> Life {
    let (stage, assigned) = Stage::new(seed);
    let working = tokio::spawn(workers(Arc::clone(&stage), assigned));
    let watching = tokio::spawn(watcher(Arc::clone(&stage)));
    let mut clients = JoinSet::new();
    for _ in 0..3 {
        drop(clients.spawn(client(Arc::clone(&stage), 8)));
    }
    let mut members = JoinSet::new();
    for _ in 0..2 {
        drop(members.spawn(member(Arc::clone(&stage))));
    }
    let mut owner = stage.open().await;
    for _ in 0..stage.roll(4) {
        staff(&stage).await;
        stage.linger(150).await;
        stage.crash(owner).await;
        stage.linger(30).await;
        owner = stage.open().await;
    }
    while let Some(client) = clients.join_next().await {
        client.unwrap();
    }
    stage.disk.heal();
    staff(&stage).await;
    let ended = timeout(Duration::from_hours(1), all_ended(&stage)).await;
    ended.unwrap_or_else(|_| panic!("seed {seed}: tasks are left for ever"));
    // Whatever comes late has come by then.
    sleep(Duration::from_secs(1)).await;
    members.shutdown().await;
    stage.owner().stop().await;
    owner.await.unwrap();
    working.abort();
    watching.abort();
    // A check of its own that has failed says so.
    assert!(watching.await.is_err_and(|error| error.is_cancelled()));
    let found = stage.disk.contents().await;
    let mut history = stage.history();
    history.end_all(&found);
    Life {
        begun: history.has_begun(),
        results: history.has_results(),
        seen: history.has_seen(),
        syncs: stage.disk.syncs(),
    }
}

async fn staff(stage: &Stage) {
    for _ in 0..3 {
        hire(stage).await;
    }
}

async fn all_ended(stage: &Stage) {
    loop {
        let unfinished = |state: &State| state.count_tasks(|task| !task.status().is_final());
        if matches!(stage.owner().read(unfinished).await, Ok(0)) {
            return;
        }
        sleep(Duration::from_millis(20)).await;
    }
}

/// How many seeds are played; more by `TASK_QUEUE_SEEDS`.
const SEEDS: u64 = 500;

#[test]
fn no_seed_loses_a_task_or_a_result_or_hears_a_stale_attempt() {
    let seeds = std::env::var("TASK_QUEUE_SEEDS").ok();
    let seeds = seeds.and_then(|seeds| seeds.parse().ok()).unwrap_or(SEEDS);
    let mut all = Life::default();
    for seed in 1..=seeds {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        // The panic of a check says what is wrong; this, with which seed it is seen again.
        let life = std::panic::catch_unwind(|| runtime.block_on(live(seed)));
        let life = life.unwrap_or_else(|_| panic!("seed {seed}"));
        all.begun += life.begun;
        all.results += life.results;
        all.seen += life.seen;
        all.syncs += life.syncs;
    }
    let seeds = usize::try_from(seeds).unwrap();
    assert!(all.results > seeds * 8, "hardly anything was done: {all:?}");
    assert!(
        all.begun > all.results + seeds,
        "hardly anything went wrong: {all:?}"
    );
    assert!(all.seen > seeds * 80, "hardly anything was seen: {all:?}");
    assert!(all.syncs > seeds * 20, "{all:?}");
}

/// Has a schedule make a task each minute among crashes and a failing disk; returns the minutes.
async fn live_by_the_clock(seed: u64) -> Vec<u64> {
    let (stage, _assigned) = Stage::new(seed);
    let mut owner = stage.open().await;
    let create = CreateSchedule {
        schedule: stage.with_dice(ScheduleId::generate),
        calendar: Calendar::new("* * * * *", "UTC").unwrap(),
        template: TaskSpec::new(TaskType::COMPUTE, serde_json::json!({})),
        submitter: Submitter::SUPERVISOR,
        misfire: Misfire::Once,
    };
    let create = Command::CreateSchedule(Box::new(create));
    while stage
        .apply(create.clone())
        .await
        .is_err_and(|why| why.is_unstored())
    {}
    for _ in 0..40 {
        // Now and then it happens in the moment in which the task is made.
        stage.linger(30_000).await;
        stage.crash(owner).await;
        stage.linger(2_000).await;
        owner = stage.open().await;
    }
    stage.disk.heal();
    sleep(Duration::from_secs(1)).await;
    stage.owner().stop().await;
    owner.await.unwrap();
    let found = stage.disk.contents().await;
    let minutes = found
        .tasks
        .iter()
        .map(|task| task.submitted_at.as_millis() / 60_000);
    let mut minutes: Vec<_> = minutes.collect();
    minutes.sort_unstable();
    minutes
}

#[test]
fn a_time_of_a_schedule_makes_one_task_whatever_goes_wrong() {
    for seed in 1..=40 {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let minutes = runtime.block_on(live_by_the_clock(seed));
        let expected: Vec<_> = (17..).take(minutes.len()).collect();
        assert_eq!(minutes, expected, "seed {seed}");
        assert!(
            minutes.len() >= 8,
            "seed {seed}: hardly any time has passed"
        );
    }
}

#[test]
fn a_seed_plays_the_same_life_again() {
    let play = |seed| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let life = runtime.block_on(live(seed));
        (life.begun, life.results, life.syncs)
    };
    assert_eq!(play(7), play(7));
}
