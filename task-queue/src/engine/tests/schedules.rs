//! Tasks that are made by the clock.

use serde_json::json;

use super::world::World;
use crate::engine::{
    Command, Config, CreateSchedule, DeleteSchedule, Limits, Rejected, SetScheduleFlow,
};
use crate::model::{
    AccountId, Calendar, Flow, Misfire, ScheduleId, Submitter, TaskSpec, TaskType, Timestamp,
};

fn create(schedule: ScheduleId, misfire: Misfire) -> CreateSchedule {
    CreateSchedule {
        schedule,
        calendar: Calendar::new("*/10 * * * *", "UTC").unwrap(),
        template: TaskSpec::new(TaskType::COMPUTE, json!({"iterations": 3})),
        submitter: client(),
        misfire,
    }
}

fn client() -> Submitter {
    Submitter::SUPERVISOR.below(AccountId::of_bits(3))
}

/// A queue with a schedule, the time being twenty to nothing.
fn scheduled(misfire: Misfire) -> (World, ScheduleId) {
    let mut world = World::auto();
    world.now = Timestamp::from_millis(20 * 60_000);
    let id = ScheduleId::of_bits(7);
    world.apply(Command::CreateSchedule(Box::new(create(id, misfire))));
    (world, id)
}

const TEN_MINUTES: u64 = 10 * 60_000;

#[test]
fn a_schedule_makes_one_task_each_time() {
    let (mut world, id) = scheduled(Misfire::Once);
    let at = Timestamp::from_millis(30 * 60_000);
    assert_eq!(world.state.next_wake(), Some(at));
    for made in 1..=3 {
        world.later(TEN_MINUTES);
        world.apply(Command::Due);
        world.apply(Command::Due);
        assert_eq!(world.state.task_count(), made);
    }
    let schedule = world.state.schedule(id).unwrap();
    assert_eq!(schedule.made, 3);
    let task = world.task(schedule.latest.unwrap());
    assert_eq!(task.spec.params.value(), json!({"iterations": 3}));
    assert_eq!(task.submitter, client());
}

#[test]
fn times_that_were_missed_make_one_task_or_none() {
    for (misfire, made) in [(Misfire::Once, 1), (Misfire::Skip, 0)] {
        let (mut world, _) = scheduled(misfire);
        world.later(5 * TEN_MINUTES + 5 * 60_000);
        world.apply(Command::Due);
        world.apply(Command::Due);
        assert_eq!(world.state.task_count(), made, "{misfire:?}");
        world.later(5 * 60_000);
        world.apply(Command::Due);
        assert_eq!(world.state.task_count(), made + 1, "{misfire:?}");
    }
}

/// The fault: a process that is lost after the task was stored makes it again.
#[test]
fn the_task_and_the_next_time_are_changes_of_the_same_commit() {
    let (mut world, _) = scheduled(Misfire::Once);
    world.state.take_changes();
    world.later(TEN_MINUTES);
    world.apply(Command::Due);
    let changes = world.state.take_changes();
    assert_eq!(changes.len(), 2, "{changes:?}");
}

#[test]
fn a_paused_schedule_makes_nothing_and_makes_up_for_nothing() {
    let (mut world, schedule) = scheduled(Misfire::Once);
    let set = |flow| Command::SetScheduleFlow(SetScheduleFlow { schedule, flow });
    world.apply(set(Flow::Paused));
    assert_eq!(world.state.next_wake(), None);
    world.later(3 * TEN_MINUTES);
    world.apply(Command::Due);
    world.apply(set(Flow::Open));
    world.apply(Command::Due);
    assert_eq!(world.state.task_count(), 0);
    world.later(TEN_MINUTES);
    world.apply(Command::Due);
    assert_eq!(world.state.task_count(), 1);
}

#[test]
fn a_deleted_schedule_is_gone() {
    let (mut world, schedule) = scheduled(Misfire::Once);
    let delete = Command::DeleteSchedule(DeleteSchedule { schedule });
    world.apply(delete.clone());
    assert_eq!(world.state.next_wake(), None);
    assert_eq!(
        world.attempt(delete),
        Err(Rejected::NoSuchSchedule(schedule))
    );
}

#[test]
fn a_task_that_there_is_no_room_for_is_told_and_the_next_one_made() {
    let (mut world, id) = scheduled(Misfire::Once);
    let mut config = world.state.config().clone();
    config.limits.tasks = 0;
    world.state.config = config;
    world.later(TEN_MINUTES);
    world.apply(Command::Due);
    let refusal = world.state.schedule(id).unwrap().refusal.clone();
    assert!(refusal.unwrap().contains("full"));
    world.state.config.limits.tasks = 10;
    world.later(TEN_MINUTES);
    world.apply(Command::Due);
    assert_eq!(world.state.schedule(id).unwrap().refusal, None);
    assert_eq!(world.state.task_count(), 1);
}

#[test]
fn what_makes_no_sense_each_time_is_refused() {
    let mut world = World::new(Config {
        limits: Limits {
            schedules: 1,
            ..Limits::default()
        },
        ..Config::default()
    });
    let id = ScheduleId::of_bits(1);
    let mut attempt = |change: fn(&mut TaskSpec)| {
        let mut create = create(id, Misfire::Once);
        change(&mut create.template);
        world
            .attempt(Command::CreateSchedule(Box::new(create)))
            .map(drop)
    };
    let not_each_time = Err(Rejected::NotEachTime);
    assert_eq!(
        attempt(|task| task.idempotency_key = Some("k".into())),
        not_each_time
    );
    assert_eq!(
        attempt(|task| task.not_before = Some(Timestamp::default())),
        not_each_time
    );
    let unknown = attempt(|task| task.kind = "mining".parse().unwrap());
    assert!(matches!(unknown, Err(Rejected::UnknownType(_))));
    assert_eq!(attempt(|_| {}), Ok(()));
    assert_eq!(attempt(|_| {}), Err(Rejected::DuplicateSchedule(id)));
    let other = create(ScheduleId::of_bits(2), Misfire::Once);
    let refused = world.attempt(Command::CreateSchedule(Box::new(other)));
    assert_eq!(refused, Err(Rejected::TooManySchedules { max: 1 }));
}

#[test]
fn the_tasks_of_schedules_have_names_of_their_own() {
    let mut names = std::collections::HashSet::new();
    for bits in [0, 1, 2, u128::MAX] {
        let (mut world, _) = scheduled(Misfire::Once);
        let id = ScheduleId::of_bits(bits);
        world.apply(Command::CreateSchedule(Box::new(create(id, Misfire::Once))));
        let mut schedule = world.state.schedule(id).unwrap().clone();
        for made in 0..1_000 {
            schedule.made = made;
            assert!(names.insert(schedule.next_task()), "{bits} {made}");
        }
    }
}
