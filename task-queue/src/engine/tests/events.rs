//! The events of tasks: one for each step of a task's life, numbered without a gap.

use serde_json::json;

use super::world::World;
use crate::engine::{
    AddLog, Cancel, Command, Config, Emit, Limits, Lose, Retry, SaveCheckpoint, SetProgress,
};
use crate::model::{
    Entry, Failure, Happening, PoolName, Progress, Task, TaskId, TaskStatus, Timestamp,
};

/// Returns what of a task can be seen, once everything is stored.
fn seen(world: &mut World, task: TaskId) -> Vec<Entry> {
    world.state.take_changes();
    world.state.take_reports();
    world.task(task).stored_events(1).collect()
}

fn words(entries: &[Entry]) -> Vec<String> {
    let word = |entry: &Entry| match &entry.what {
        Happening::Submitted => "submitted".to_owned(),
        Happening::Status { status, error, .. } => match error {
            Some(error) => format!("{status}: {error}"),
            None => status.to_string(),
        },
        Happening::Started(epoch, _, progress) => {
            format!("started {epoch} at {}", progress.fraction())
        }
        Happening::Ended(epoch, _, why) => format!("ended {epoch} {why:?}"),
        Happening::Progress(progress) => format!("progress {}", progress.fraction()),
        Happening::Log(line) => format!("log {line}"),
        Happening::Partial(place) => format!("part {place}"),
        Happening::Checkpoint => "checkpoint".to_owned(),
        Happening::Completed => "completed".to_owned(),
        Happening::Failed(why) => format!("failed: {why}"),
        Happening::Cancelled => "cancelled".to_owned(),
    };
    entries.iter().map(word).collect()
}

fn report(world: &mut World, task: TaskId) {
    let actor = world.live(task);
    let progress = Progress::new(0.5).unwrap();
    for command in [
        Command::SetProgress(SetProgress {
            task,
            actor,
            progress,
        }),
        Command::AddLog(AddLog {
            task,
            actor,
            line: "half".to_owned(),
        }),
        Command::Emit(Emit {
            task,
            actor,
            value: json!("half"),
        }),
        Command::SaveCheckpoint(SaveCheckpoint {
            task,
            actor,
            value: json!("half"),
        }),
    ] {
        world.apply(command);
    }
}

#[test]
fn a_life_with_a_failure_and_a_second_attempt_is_told_step_by_step() {
    let mut world = World::auto();
    world.register(PoolName::CPU);
    let task = world.submit_retrying(3);
    report(&mut world, task);
    world.fail(task, Failure::transient("no"));
    let due = world.task(task).state.due_at().unwrap();
    world.now = due;
    world.apply(Command::Due);
    world.complete(task, json!(7)).unwrap();
    let entries = seen(&mut world, task);
    assert_eq!(
        words(&entries),
        [
            "submitted",
            "started 1 at 0",
            "progress 0.5",
            "log half",
            "part 0",
            "checkpoint",
            "ended 1 Failed",
            "retrying: no",
            "pending",
            "started 2 at 0.5",
            "ended 2 Completed",
            "completed",
        ]
    );
    let numbers: Vec<_> = entries.iter().map(|entry| entry.seq).collect();
    assert_eq!(numbers, (1..=12).collect::<Vec<_>>());
    let until = Happening::Status {
        status: TaskStatus::Retrying,
        until: Some(due),
        error: Some("no".into()),
    };
    assert_eq!(entries[7].what, until);
}

#[test]
fn a_life_that_is_given_up_and_taken_up_again_goes_on_counting() {
    let mut world = World::auto();
    let worker = world.register(PoolName::CPU);
    let task = world.submit_kind(crate::model::TaskType::COMPUTE);
    world.apply(Command::Lose(Lose { worker }));
    world.apply(Command::Cancel(Cancel { task }));
    world.apply(Command::Retry(Retry { task }));
    world.register(PoolName::CPU);
    world.fail(task, Failure::permanent("never"));
    assert_eq!(
        words(&seen(&mut world, task)),
        [
            "submitted",
            "started 1 at 0",
            "ended 1 WorkerLost",
            "pending",
            "cancelled",
            "pending",
            "started 2 at 0",
            "ended 2 Failed",
            "failed: never",
        ]
    );
}

#[test]
fn a_task_that_waits_for_its_time_says_until_when() {
    let mut world = World::auto();
    let at = Timestamp::from_millis(world.now.as_millis() + 50);
    let mut spec = crate::model::TaskSpec::new(crate::model::TaskType::IO, json!({}));
    spec.not_before = Some(at);
    let task = world.submit(spec);
    let entries = seen(&mut world, task);
    assert_eq!(words(&entries), ["submitted", "scheduled"]);
    let Happening::Status { until, .. } = entries[1].what else {
        panic!("{entries:?}");
    };
    assert_eq!(until, Some(at));
}

/// The fault: an event is shown, and a crash takes it back.
#[test]
fn a_report_is_not_seen_before_it_is_stored() {
    let mut world = World::manual();
    let (task, _) = world.running();
    let before = seen(&mut world, task).len();
    let actor = world.live(task);
    let line = "not yet".to_owned();
    world.apply(Command::AddLog(AddLog { task, actor, line }));
    world.state.take_changes();
    let shown = |task: &Task| task.stored_events(1).count();
    assert_eq!(shown(world.task(task)), before);
    world.state.take_reports();
    assert_eq!(shown(world.task(task)), before + 1);
}

/// The fault: what tasks say is not counted as space, or pushes out what others have stored.
#[test]
fn log_lines_take_space_and_make_their_own_room_where_there_is_none() {
    let mut world = World::new(Config {
        limits: Limits {
            total_bytes: 100,
            ..Limits::default()
        },
        ..Config::default()
    });
    let (task, _) = world.running();
    let actor = world.live(task);
    let before = world.state.bytes();
    for number in 0..50 {
        let line = format!("line {number:5}");
        world.apply(Command::AddLog(AddLog { task, actor, line }));
        let lines = world.task(task).events.text_bytes();
        assert_eq!(world.state.bytes(), before + lines);
        assert!(world.state.bytes() <= 100);
    }
    let last = world.task(task).events.log_lines().next_back();
    assert_eq!(last, Some("line    49"));
}
