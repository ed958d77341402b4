//! Long random scripts, after each step of which what must hold at any time holds.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::json;

use super::dice::Dice;
use super::naive;
use super::world::World;
use crate::engine::{
    Actor, AddLog, Cancel, Command, Complete, CreateSchedule, DeleteSchedule, Disband, Disconnect,
    Drain, Effect, Emit, Fail, GiveBack, Join, Leave, Lose, Reap, Register, Renew, Resume, Retry,
    Revoke, SaveCheckpoint, SetFlow, SetLimits, SetScheduleFlow, Start, State, Stopped, Submit,
};
use crate::model::{
    Calendar, Concurrency, Epoch, Failure, Flow, KeyHash, Misfire, Offer, OnFailure, PoolLimits,
    PoolName, Priority, RetryPolicy, ScheduleId, Snapshot, Submitter, TaskId, TaskSpec, TaskState,
    TaskType, Timestamp, WorkerId,
};

#[derive(Default)]
struct Watcher {
    live: HashMap<(TaskId, Epoch), WorkerId>,
    results: HashMap<TaskId, TaskState>,
    told: HashMap<TaskId, usize>,
}

impl Watcher {
    fn see(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::StartAttempt(start) => {
                    let key = (start.task, start.epoch);
                    let twice = self.live.insert(key, start.worker);
                    assert_eq!(twice, None, "an epoch began twice");
                }
                Effect::EndAttempt {
                    task,
                    epoch,
                    worker,
                    ..
                } => {
                    let held = self.live.remove(&(*task, *epoch));
                    assert_eq!(held, Some(*worker), "an attempt ended that was not live");
                }
                Effect::Notify { task, notice } => {
                    if matches!(notice, crate::engine::Notice::Completed(_)) {
                        *self.told.entry(*task).or_default() += 1;
                    }
                }
                Effect::StopAttempt { .. } | Effect::EndMembership { .. } | Effect::WakeAt(_) => {}
            }
        }
    }

    fn check(&mut self, world: &World) {
        for task in world.state.tasks() {
            if let Some(end) = self.results.get(&task.id) {
                assert_eq!(end, &task.state, "a result was lost, or replaced");
            } else if task.result().is_some() {
                self.results.insert(task.id, task.state.clone());
            }
            let recorded = usize::from(task.result().is_some());
            assert_eq!(self.told.get(&task.id).copied().unwrap_or(0), recorded);
            let numbers = task.events.entries().map(|event| event.seq);
            assert!(
                numbers.eq(2..=task.events.last()),
                "an event is missing, or there twice"
            );
            if let Some(attempt) = task.live_attempt() {
                let worker = world.worker(attempt.worker);
                assert!(worker.running.contains(&task.id));
                assert_eq!(
                    self.live.get(&(task.id, attempt.epoch)),
                    Some(&attempt.worker)
                );
            }
        }
        let running = world
            .state
            .tasks()
            .into_iter()
            .filter_map(|task| task.live_attempt());
        assert_eq!(
            running.count(),
            self.live.len(),
            "what was handed out is what is live"
        );
        for worker in world.state.workers() {
            for &task in &worker.running {
                let attempt = world
                    .task(task)
                    .live_attempt()
                    .expect("busy with a live attempt");
                assert_eq!(attempt.worker, worker.id);
            }
        }
        let bytes: usize = world.state.tasks().into_iter().map(|task| task.bytes).sum();
        assert_eq!(
            world.state.bytes(),
            bytes,
            "the space is what the tasks take"
        );
        let due = naive::next_wake(&world.state);
        assert_eq!(world.state.next_wake(), due, "the timers match the tasks");
        let pair = naive::next_match(&world.state, world.now);
        assert_eq!(
            world.state.next_match(world.now),
            pair,
            "the lanes match the tasks"
        );
        for pool in world.state.pools() {
            let running = naive::running_in(&world.state, &pool);
            assert_eq!(world.state.running_in(&pool), running);
        }
    }
}

/// Makes up a command, which may make sense or not.
pub(crate) fn random_command(dice: &mut Dice, world: &World) -> Option<Command> {
    let tasks: Vec<_> = world.state.tasks().iter().map(|task| task.id).collect();
    let workers: Vec<_> = world
        .state
        .workers()
        .iter()
        .map(|worker| worker.id)
        .collect();
    let task = dice.pick(&tasks);
    let worker = dice.pick(&workers);
    // The latest epoch, live or not, or one that was before it, or the supervisor.
    let actor = match dice.roll(8) {
        0 => Actor::Supervisor,
        1 => Actor::Attempt(Epoch::default()),
        _ => Actor::Attempt(world.task(task?).epoch),
    };
    Some(match dice.roll(18) {
        0..=2 => submit(dice, &tasks),
        3 => {
            let pools = [PoolName::CPU, PoolName::GPU];
            let pool = pools[dice.roll(pools.len())].clone();
            Command::Register(Register::in_process(WorkerId::generate(dice), pool))
        }
        4 | 5 => Command::Start(Start {
            task: task?,
            worker: worker?,
        }),
        6 | 7 => Command::Complete(Complete {
            task: task?,
            actor,
            result: json!(1),
        }),
        8 => Command::Fail(Fail {
            task: task?,
            actor,
            failure: dice.pick(&["a", "b"]).map(Failure::transient)?,
        }),
        9 => Command::Emit(Emit {
            task: task?,
            actor,
            value: json!(2),
        }),
        10 if dice.roll(2) == 0 => Command::Retry(Retry { task: task? }),
        10 => Command::Cancel(Cancel { task: task? }),
        11 if dice.roll(30) == 0 => Command::Disband(Disband::InOrder),
        11 if dice.roll(2) == 0 => Command::Lose(Lose { worker: worker? }),
        11 => Command::Revoke(Revoke { worker: worker? }),
        12 if dice.roll(10) == 0 => Command::Reap(Reap {
            finished_before: Timestamp::from_millis(world.now.as_millis() - 10_000),
        }),
        13 => Command::AddLog(AddLog {
            task: task?,
            actor,
            line: "a line".to_owned(),
        }),
        14 => Command::SaveCheckpoint(SaveCheckpoint {
            task: task?,
            actor,
            value: json!({"at": dice.roll(100)}),
        }),
        15 => member_command(dice, task?, epoch_of(actor), worker),
        16 if dice.roll(3) == 0 => govern(dice),
        _ => Command::Due,
    })
}

/// Pauses and resumes, sets limits, makes schedules and forgets them.
fn govern(dice: &mut Dice) -> Command {
    let pools = [PoolName::CPU, PoolName::GPU];
    let pool = pools[dice.roll(2)].clone();
    let flow = if dice.roll(3) == 0 {
        Flow::Paused
    } else {
        Flow::Open
    };
    let schedule = ScheduleId::of_bits(u128::try_from(dice.roll(3)).expect("a small number"));
    match dice.roll(6) {
        0 => Command::SetFlow(SetFlow { pool: None, flow }),
        1 => Command::SetFlow(SetFlow {
            pool: Some(pool),
            flow,
        }),
        2 => {
            let max_running = [None, Some(1), Some(2)][dice.roll(3)];
            let rate = None;
            let limits = PoolLimits { max_running, rate };
            Command::SetLimits(SetLimits { pool, limits })
        }
        3 => Command::SetScheduleFlow(SetScheduleFlow { schedule, flow }),
        4 => Command::DeleteSchedule(DeleteSchedule { schedule }),
        _ => Command::CreateSchedule(Box::new(CreateSchedule {
            schedule,
            calendar: Calendar::new("* * * * *", "UTC").expect("a calendar"),
            template: TaskSpec::new(TaskType::COMPUTE, json!({})),
            submitter: Submitter::SUPERVISOR,
            misfire: Misfire::Once,
        })),
    }
}

fn epoch_of(actor: Actor) -> Epoch {
    match actor {
        Actor::Attempt(epoch) => epoch,
        Actor::Supervisor => Epoch::default(),
    }
}

/// Makes up what a worker does that has joined, or has not.
fn member_command(
    dice: &mut Dice,
    task: TaskId,
    epoch: Epoch,
    worker: Option<WorkerId>,
) -> Command {
    let key = KeyHash::new([7; 32]);
    let Some(worker) = worker.filter(|_| dice.roll(4) > 0) else {
        let offer = Offer {
            slots: 3,
            ..Offer::in_process(PoolName::DEFAULT)
        };
        return Command::Join(Join {
            worker: WorkerId::generate(dice),
            offer: Arc::new(offer),
            name: None,
            key,
            account: None,
        });
    };
    match dice.roll(12) {
        0..=3 => Command::Renew(Renew { worker }),
        4 | 5 => Command::Disconnect(Disconnect { worker }),
        6 => Command::Resume(Resume { worker, key }),
        7 => Command::Drain(Drain { worker }),
        8 => Command::Leave(Leave { worker }),
        9 => Command::GiveBack(GiveBack { task, epoch }),
        _ => Command::Stopped(Stopped {
            worker,
            task,
            epoch,
        }),
    }
}

fn submit(dice: &mut Dice, tasks: &[TaskId]) -> Command {
    let kinds = [TaskType::COMPUTE, TaskType::GPU, TaskType::IO];
    let kind = kinds[dice.roll(kinds.len())].clone();
    let mut spec = TaskSpec::new(kind, json!({}));
    if dice.roll(2) == 0 {
        spec.retry = RetryPolicy::PATIENT.into();
    }
    if dice.roll(3) == 0 {
        spec.timeout = Some(std::time::Duration::from_millis(500));
    }
    if dice.roll(4) == 0 {
        spec.not_before = Some(Timestamp::from_millis(1_002_000));
    }
    if dice.roll(3) == 0 {
        let key = ["a", "b"][dice.roll(2)].into();
        spec.concurrency = Some(Box::new(Concurrency { key, max: 2 }));
    }
    if dice.roll(3) == 0 {
        let mut before: Vec<_> = (0..dice.roll(4)).filter_map(|_| dice.pick(tasks)).collect();
        before.sort();
        before.dedup();
        spec.after.tasks = before;
        spec.after.on_failure = dice.pick(&[OnFailure::Fail, OnFailure::Run]).expect("two");
    }
    if dice.roll(3) == 0 {
        spec.priority = dice.pick(&[Priority::LOW, Priority::HIGH]).expect("two");
    }
    if dice.roll(6) == 0 {
        spec.idempotency_key = Some(format!("key {}", dice.roll(40)).into());
    }
    let task = TaskId::generate(dice);
    Command::Submit(Submit::new(task, spec))
}

fn play(mut world: World, seed: u64) -> World {
    let mut dice = Dice::new(seed);
    let mut watcher = Watcher::default();
    world.apply(submit(&mut dice, &[]));
    for _ in 0..600 {
        let step = u64::try_from(dice.roll(60)).unwrap();
        world.later(step);
        let Some(command) = random_command(&mut dice, &world) else {
            continue;
        };
        if let Ok(effects) = world.attempt(command) {
            watcher.see(&effects);
        }
        watcher.check(&world);
        if dice.roll(20) == 0 {
            check_indexes(&world);
        }
    }
    world
}

/// What follows from the records is the same when it is made from nothing but them.
fn check_indexes(world: &World) {
    let snapshot = Snapshot {
        tasks: world.state.tasks().into_iter().cloned().collect(),
        workers: world.state.workers().into_iter().cloned().collect(),
        settings: world.state.settings.all(),
    };
    let restored = State::restore(world.state.config().clone(), snapshot);
    assert_eq!(restored.matching, world.state.matching);
    assert_eq!(restored.dependencies, world.state.dependencies);
    assert_eq!(restored.timers, world.state.timers);
    assert_eq!(restored.settings, world.state.settings);
    assert_eq!(restored.traffic, world.state.traffic);
}

#[test]
fn what_must_hold_holds_after_every_step_of_random_scripts() {
    for seed in 1..=8 {
        play(World::manual(), seed);
        play(World::auto(), seed << 20);
    }
}

#[test]
fn in_auto_mode_no_fitting_pair_is_left_waiting() {
    let world = play(World::auto(), 77);
    assert_eq!(world.state.next_match(world.now), None);
    assert!(world.state.task_count() > 50, "the script did something");
}
