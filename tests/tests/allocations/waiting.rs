//! What a queue keeps in memory of a task that waits.

use std::alloc::System;

use serde_json::json;
use stats_alloc::{Region, StatsAlloc};
use task_queue::engine::{Command, Config, State, Submit, apply};
use task_queue::model::{Entropy, TaskId, TaskSpec, TaskType, Timestamp};

/// Returns how many bytes the scheduler has for each of many small tasks that wait, their events
/// among that.
pub(crate) fn bytes_a_task(allocator: &'static StatsAlloc<System>) -> usize {
    let mut state = State::new(Config::default());
    let mut names = Names(0);
    // Tables have grown to their first size, and what is changed was taken once.
    submit(&mut state, &mut names);
    let region = Region::new(allocator);
    for _ in 0..TASKS {
        submit(&mut state, &mut names);
    }
    let change = region.change();
    let bytes = change
        .bytes_allocated
        .saturating_sub(change.bytes_deallocated);
    assert_eq!(state.task_count(), TASKS + 1);
    bytes / TASKS
}

fn submit(state: &mut State, names: &mut Names) {
    let spec = TaskSpec::new(TaskType::COMPUTE, json!({"iterations": 10}));
    let submit = Submit::new(TaskId::generate(names), spec);
    let now = Timestamp::from_millis(1);
    drop(apply(state, Command::Submit(submit), now).expect("there is room"));
    drop(state.take_changes());
}

struct Names(u128);

impl Entropy for Names {
    fn draw(&mut self) -> u128 {
        self.0 += 1;
        self.0
    }
}

/// Not a power of two: tables have some room left, as they have on the average.
const TASKS: usize = 50_000;
