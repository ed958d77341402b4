//! The laws of [`Store`](crate::store::Store), as a suite that any store can be put to.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::engine::{
    Command, Complete, Config, DispatchMode, Register, SaveCheckpoint, State, Submit, apply,
};
use crate::model::{
    AccountId, Calendar, Change, Entropy, Entry, Events, Failure, FailureClass, Flow, Happening,
    Kept, Misfire, Offer, PoolName, PoolSettings, QueueSettings, RecordId, Schedule, ScheduleId,
    Setting, SettingId, Snapshot, Submitter, Task, TaskId, TaskSpec, TaskState, TaskType,
    Timestamp, Worker, WorkerId,
};
use crate::store::{Store, StoreError};

/// Puts a store to all laws.
///
/// `create` makes a new, empty store; `reopen` opens what the given one has stored once more, as
/// after a restart.
pub(crate) async fn hold_for<S: Store>(create: impl Fn() -> S, reopen: impl Fn(&S) -> S) {
    a_new_store_is_empty(&create()).await;
    a_commit_is_there_as_a_whole(&create()).await;
    records_come_back_exactly_as_written(&create()).await;
    what_is_kept_need_not_be_written_again(&create()).await;
    events_become_pages_that_are_written_once(&create()).await;
    events_that_are_forgotten_are_gone(&create()).await;
    nothing_of_a_removed_task_comes_back_with_another(&create()).await;
    those_that_are_asked_for_are_fetched(&create()).await;
    settings_are_records_like_others(&create()).await;
    a_refused_commit_leaves_nothing(&create()).await;
    a_stale_revision_is_refused(&create()).await;
    a_first_revision_is_written_once(&create()).await;
    removing_needs_the_stored_revision(&create()).await;
    the_changes_of_a_commit_count_in_order(&create()).await;
    of_concurrent_writers_one_succeeds(Arc::new(create())).await;
    let store = create();
    what_was_committed_is_there_after_reopening(&store, &reopen).await;
    a_scheduler_goes_on_where_it_was(&create(), &reopen).await;
}

async fn a_new_store_is_empty(store: &impl Store) {
    assert_eq!(contents(store).await, Snapshot::default());
}

async fn a_commit_is_there_as_a_whole(store: &impl Store) {
    let (first, second) = (task(1, 1), task(2, 1));
    let worker = worker(3, 1);
    commit(
        store,
        vec![put(&first), put(&second), Change::PutWorker(worker.clone())],
    )
    .await;
    commit(store, Vec::new()).await;
    let expected = Snapshot {
        tasks: vec![first, second],
        workers: vec![worker],
        ..Snapshot::default()
    };
    assert_eq!(contents(store).await, expected);
}

async fn records_come_back_exactly_as_written(store: &impl Store) {
    let mut full = task(1, 1);
    full.state = TaskState::Failed {
        failure: Box::new(Failure {
            name: Some("TypeError".to_owned()),
            code: Some("E\0".to_owned()),
            ..Failure::of(
                FailureClass::TimedOut,
                "zero \0, quote \", line\nbreak, ümlaut, 𝄞",
            )
        }),
        at: Timestamp::from_millis(u64::MAX),
    };
    full.checkpoint = Some(Arc::new(
        json!({"": [null, 1.5, -3, "x"], "nested": {"a": {}}}),
    ));
    full.partial_results = vec![Arc::new(json!(1)), Arc::new(json!("two"))];
    full.events = Events::restore(vec![said(2, "a page"), said(3, "")], vec![said(5, "\0")]);
    full.submitter = Submitter::SUPERVISOR.below(AccountId::of_bits(7));
    full.losses = vec![Timestamp::from_millis(7), Timestamp::from_millis(u64::MAX)];
    full.spec = Arc::new(TaskSpec {
        not_before: Some(Timestamp::from_millis(u64::MAX)),
        ..TaskSpec::new(
            TaskType::PIPELINE,
            json!({"exactly": [0.1, 1e-7, 0.300_000_000_000_000_04]}),
        )
    });
    commit(store, vec![put(&full)]).await;
    assert_eq!(contents(store).await.tasks, [full]);
}

async fn what_is_kept_need_not_be_written_again(store: &impl Store) {
    let mut expected = task(1, 1);
    expected.checkpoint = Some(Arc::new(json!("first")));
    expected.partial_results = vec![Arc::new(json!(1)), Arc::new(json!(2))];
    commit(store, vec![put(&expected)]).await;
    expected.revision = 2;
    expected.partial_results.push(Arc::new(json!(3)));
    expected.events = Events::restore(Vec::new(), vec![said(2, "a line")]);
    let mut written = expected.clone();
    written.checkpoint = Some(Arc::new(json!("said to be kept")));
    written.partial_results[0] = Arc::new(json!("said to be kept"));
    let kept = Kept {
        partial_results: 2,
        checkpoint: true,
        events: 0,
    };
    commit(store, vec![put_keeping(&written, kept)]).await;
    assert_eq!(contents(store).await.tasks, [expected.clone()]);

    expected.revision = 3;
    expected.checkpoint = Some(Arc::new(json!("second")));
    let kept = Kept {
        partial_results: 3,
        checkpoint: false,
        events: 0,
    };
    commit(store, vec![put_keeping(&expected, kept)]).await;
    assert_eq!(contents(store).await.tasks, [expected]);
}

async fn events_become_pages_that_are_written_once(store: &impl Store) {
    let mut expected = task(1, 1);
    commit(store, vec![put(&expected)]).await;
    let (mut paged, mut tail) = (Vec::new(), Vec::new());
    for seq in 2..12 {
        let kept = Kept {
            checkpoint: true,
            events: expected.events.paged(),
            ..Kept::NOTHING
        };
        tail.push(said(seq, "something"));
        if seq % 3 == 0 {
            paged.append(&mut tail);
        }
        expected.revision += 1;
        expected.events = Events::restore(paged.clone(), tail.clone());
        let mut written = expected.clone();
        written.events = expected.events.after(kept.events);
        commit(store, vec![put_keeping(&written, kept)]).await;
        assert_eq!(contents(store).await.tasks, [expected.clone()]);
    }
}

async fn events_that_are_forgotten_are_gone(store: &impl Store) {
    let mut task = task(1, 1);
    let page = (2..9).map(|seq| said(seq, "old")).collect();
    task.events = Events::restore(page, vec![said(9, "new")]);
    commit(store, vec![put(&task)]).await;
    task.revision = 2;
    task.events = Events::restore(vec![said(4, "old"), said(9, "new")], Vec::new());
    let kept = Kept {
        checkpoint: true,
        ..Kept::NOTHING
    };
    commit(store, vec![put_keeping(&task, kept)]).await;
    assert_eq!(contents(store).await.tasks, [task]);
}

async fn nothing_of_a_removed_task_comes_back_with_another(store: &impl Store) {
    let mut first = task(1, 1);
    first.events = Events::restore(vec![said(2, "old")], vec![said(3, "old")]);
    first.checkpoint = Some(Arc::new(json!("old")));
    first.partial_results = vec![Arc::new(json!("old"))];
    commit(store, vec![put(&first)]).await;
    commit(store, vec![remove(1, 1), put(&task(1, 1))]).await;
    assert_eq!(contents(store).await.tasks, [task(1, 1)]);
}

async fn those_that_are_asked_for_are_fetched(store: &impl Store) {
    let mut wanted = task(1, 1);
    wanted.checkpoint = Some(Arc::new(json!("c")));
    wanted.partial_results = vec![Arc::new(json!(1)), Arc::new(json!(2))];
    let changes = vec![
        put(&wanted),
        put(&task(2, 1)),
        Change::PutWorker(worker(3, 1)),
    ];
    commit(store, changes).await;
    let records = vec![record(1), record(9), RecordId::Worker(worker(3, 1).id)];
    let expected = Snapshot {
        tasks: vec![wanted],
        workers: vec![worker(3, 1)],
        ..Snapshot::default()
    };
    assert_eq!(
        store.fetch(records).await.expect("it can be read"),
        expected
    );
}

async fn settings_are_records_like_others(store: &impl Store) {
    let pool = |revision| {
        Setting::Pool(PoolSettings {
            revision,
            types: [TaskType::IO].into(),
            flow: Flow::Paused,
            ..PoolSettings::new(PoolName::CPU)
        })
    };
    let queue = Setting::Queue(QueueSettings {
        revision: 1,
        flow: Flow::Paused,
    });
    let schedule = Setting::Schedule(Box::new(schedule()));
    let all = [pool(1), queue.clone(), schedule.clone()];
    let put = |setting: &Setting| Change::PutSetting(setting.clone());
    commit(store, all.iter().map(put).collect()).await;
    let mut stored = contents(store).await.settings;
    stored.sort_by_key(Setting::id);
    assert_eq!(stored, [queue, pool(1), schedule.clone()]);
    let id = pool(1).id();
    refused(store, vec![put(&pool(1))], setting_record(&id)).await;
    refused(store, vec![put(&pool(3))], setting_record(&id)).await;
    commit(store, vec![put(&pool(2))]).await;
    let wanted = vec![setting_record(&id), setting_record(&schedule.id())];
    let fetched = store.fetch(wanted).await.expect("it can be read").settings;
    assert_eq!(fetched, [pool(2), schedule]);
    let stale = Change::RemoveSetting {
        id: id.clone(),
        revision: 1,
    };
    refused(store, vec![stale], setting_record(&id)).await;
    commit(store, vec![Change::RemoveSetting { id, revision: 2 }]).await;
    assert_eq!(contents(store).await.settings.len(), 2);
}

fn setting_record(id: &SettingId) -> RecordId {
    RecordId::Setting(Box::new(id.clone()))
}

fn schedule() -> Schedule {
    Schedule {
        id: ScheduleId::generate(&mut Exactly(7)),
        revision: 1,
        calendar: Calendar::new("0 9 * * mon", "Europe/Zurich").expect("a calendar"),
        template: Arc::new(TaskSpec::new(TaskType::IO, json!({"number": 0.1}))),
        submitter: Submitter::SUPERVISOR.below(AccountId::of_bits(3)),
        misfire: Misfire::Skip,
        flow: Flow::Open,
        next_at: Some(Timestamp::from_millis(5)),
        made: 3,
        latest: Some(name(4)),
        refusal: Some("full".to_owned()),
    }
}

async fn a_refused_commit_leaves_nothing(store: &impl Store) {
    commit(store, vec![put(&task(1, 1))]).await;
    let before = contents(store).await;
    let changes = vec![
        put(&task(1, 2)),
        put(&task(2, 1)),
        Change::PutWorker(worker(3, 1)),
        put(&task(4, 9)),
    ];
    refused(store, changes, record(4)).await;
    assert_eq!(contents(store).await, before);
}

async fn a_stale_revision_is_refused(store: &impl Store) {
    commit(store, vec![put(&task(1, 1))]).await;
    commit(store, vec![put(&task(1, 2))]).await;
    for stale_or_early in [0, 1, 2, 4] {
        let changes = vec![put(&task(1, stale_or_early))];
        refused(store, changes, record(1)).await;
    }
    commit(store, vec![put(&task(1, 3))]).await;
}

async fn a_first_revision_is_written_once(store: &impl Store) {
    let worker = worker(1, 1);
    let record = RecordId::Worker(worker.id);
    commit(store, vec![Change::PutWorker(worker.clone())]).await;
    refused(store, vec![Change::PutWorker(worker)], record).await;
}

async fn removing_needs_the_stored_revision(store: &impl Store) {
    refused(store, vec![remove(1, 1)], record(1)).await;
    refused(store, vec![remove(1, 0)], record(1)).await;
    commit(store, vec![put(&task(1, 1))]).await;
    commit(store, vec![put(&task(1, 2))]).await;
    refused(store, vec![remove(1, 1)], record(1)).await;
    commit(store, vec![remove(1, 2)]).await;
    assert_eq!(contents(store).await, Snapshot::default());
    refused(store, vec![put(&task(1, 3))], record(1)).await;
}

async fn the_changes_of_a_commit_count_in_order(store: &impl Store) {
    let twice = vec![put(&task(1, 1)), put(&task(1, 2))];
    commit(store, twice).await;
    assert_eq!(contents(store).await.tasks, [task(1, 2)]);
    let anew = vec![remove(1, 2), put(&task(1, 1))];
    commit(store, anew).await;
    assert_eq!(contents(store).await.tasks, [task(1, 1)]);
}

/// Also where commits are written together, a refused one takes none of the others with it.
async fn of_concurrent_writers_one_succeeds(store: Arc<impl Store>) {
    let writers: Vec<_> = (0..16)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.commit(vec![put(&task(1, 1))]).await.is_ok() })
        })
        .collect();
    let mut succeeded = 0;
    for writer in writers {
        succeeded += usize::from(writer.await.expect("the writer ran"));
    }
    assert_eq!(succeeded, 1);
    let others: Vec<_> = (2..18)
        .map(|number| {
            let store = Arc::clone(&store);
            // Every other one is refused.
            let revision = 1 + record_order(number) % 2;
            tokio::spawn(async move {
                store
                    .commit(vec![put(&task(number, revision))])
                    .await
                    .is_ok()
            })
        })
        .collect();
    for (other, number) in others.into_iter().zip(2..) {
        assert_eq!(other.await.expect("the writer ran"), number % 2 == 0);
    }
    assert_eq!(contents(&*store).await.tasks.len(), 9);
}

async fn what_was_committed_is_there_after_reopening<S: Store>(
    store: &S,
    reopen: &impl Fn(&S) -> S,
) {
    commit(store, vec![put(&task(1, 1)), put(&task(2, 1))]).await;
    commit(store, vec![remove(2, 1)]).await;
    let again = reopen(store);
    assert_eq!(contents(&again).await.tasks, [task(1, 1)]);
    refused(&again, vec![put(&task(1, 1))], record(1)).await;
}

/// The way the owner of the scheduler uses a store, with a restart in the middle.
async fn a_scheduler_goes_on_where_it_was<S: Store>(store: &S, reopen: &impl Fn(&S) -> S) {
    let config = Config {
        dispatch: DispatchMode::Auto,
        ..Config::default()
    };
    let mut state = State::new(config.clone());
    let (task, worker) = (name(1), worker(2, 0).id);
    let spec = TaskSpec::new(TaskType::COMPUTE, json!({"iterations": 3}));
    step(store, &mut state, Command::Submit(Submit::new(task, spec))).await;
    let kind = PoolName::CPU;
    step(
        store,
        &mut state,
        Command::Register(Register::in_process(worker, kind)),
    )
    .await;
    let epoch = state.task(task).expect("it was accepted").epoch;
    let actor = crate::engine::Actor::Attempt(epoch);
    let value = json!({"next": 2});
    step(
        store,
        &mut state,
        Command::SaveCheckpoint(SaveCheckpoint { task, actor, value }),
    )
    .await;

    let again = reopen(store);
    let mut restored = State::restore(config, contents(&again).await);
    assert_eq!(restored, state);
    let result = json!(3);
    step(
        &again,
        &mut restored,
        Command::Complete(Complete {
            task,
            actor,
            result,
        }),
    )
    .await;
    let stored = contents(&again).await;
    assert_eq!(stored.tasks.first(), restored.task(task));
    assert!(
        restored
            .task(task)
            .is_some_and(|task| task.result().is_some())
    );
}

async fn step(store: &impl Store, state: &mut State, command: Command) {
    let now = Timestamp::from_millis(1_000).saturating_add(Duration::from_secs(1));
    apply(state, command, now).expect("the scheduler accepts it");
    commit(store, state.take_changes()).await;
}

async fn commit(store: &impl Store, changes: Vec<Change>) {
    store
        .commit(changes)
        .await
        .expect("the commit fits what is stored");
}

async fn refused(store: &impl Store, changes: Vec<Change>, expected: RecordId) {
    match store.commit(changes).await {
        Err(StoreError::Conflict { record }) => assert_eq!(record, expected),
        other => panic!("a conflict was expected, not {other:?}"),
    }
}

/// What is stored, in the order of the names.
async fn contents(store: &impl Store) -> Snapshot {
    let mut snapshot = store.load().await.expect("the store loads");
    snapshot.tasks.sort_by_key(|task| task.id);
    snapshot.workers.sort_by_key(|worker| worker.id);
    snapshot
}

struct Exactly(u128);

impl Entropy for Exactly {
    fn draw(&mut self) -> u128 {
        self.0
    }
}

fn name(number: u128) -> TaskId {
    TaskId::generate(&mut Exactly(number))
}

fn task(number: u128, revision: u64) -> Task {
    let spec = TaskSpec::new(TaskType::IO, json!({"number": 1}));
    let mut task = Task::new(
        name(number),
        spec,
        record_order(number),
        Timestamp::from_millis(9),
    );
    task.revision = revision;
    task
}

fn said(seq: u64, line: &str) -> Entry {
    Entry {
        seq,
        at: Timestamp::from_millis(seq),
        what: Happening::Log(Arc::from(line)),
    }
}

fn worker(number: u128, revision: u64) -> Worker {
    let id = WorkerId::generate(&mut Exactly(number));
    let offer = Arc::new(Offer::in_process(PoolName::GPU));
    Worker {
        revision,
        ..Worker::new(id, offer, 3)
    }
}

fn put(task: &Task) -> Change {
    put_keeping(task, Kept::NOTHING)
}

fn put_keeping(task: &Task, kept: Kept) -> Change {
    let task = Box::new(task.clone());
    Change::PutTask { task, kept }
}

fn remove(number: u128, revision: u64) -> Change {
    Change::RemoveTask {
        id: name(number),
        order: record_order(number),
        revision,
    }
}

fn record(number: u128) -> RecordId {
    RecordId::Task {
        id: name(number),
        order: record_order(number),
    }
}

fn record_order(number: u128) -> u64 {
    u64::try_from(number).expect("a small number")
}
