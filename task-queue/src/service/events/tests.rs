//! Watchers: from any number, in any state of the queue, and in any mood.

use std::sync::Arc;
use std::time::Duration;

use capnweb_runtime::{Error, Limits as Wire, ReadableStream, Value as WireValue, in_process};
use futures_util::future::try_join_all;
use futures_util::{StreamExt as _, TryStreamExt as _};
use serde_json::json;
use tempfile::TempDir;

use crate::caps::{Event, EventKind, GatewayStub, TaskHandleStub};
use crate::engine::tests::dice::Dice;
use crate::engine::{
    Actor, AddLog, Command, Complete, DispatchMode, Emit, Limits, SaveCheckpoint, SetProgress,
};
use crate::model::{Progress, TaskId};
use crate::service::{Config, Supervisor, WatchLimits};
use crate::store::{MemoryStore, Store};

/// A queue without workers: what happens to its tasks is what a test says.
struct Queue {
    supervisor: Supervisor,
    _data: TempDir,
}

impl Queue {
    async fn start(set: impl FnOnce(&mut Config)) -> Self {
        Self::start_on(Arc::new(MemoryStore::new()), set).await
    }

    async fn start_on(store: Arc<dyn Store>, set: impl FnOnce(&mut Config)) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut config = Config::new(data.path());
        (config.cpu_workers, config.gpu_workers) = (0, 0);
        set(&mut config);
        Self {
            supervisor: Supervisor::start_on(store, config).await.unwrap(),
            _data: data,
        }
    }

    async fn submit(&self) -> (TaskHandleStub, TaskId) {
        let queue = self.supervisor.gateway().get_task_queue();
        let task = queue.submit("compute", json!({})).await.unwrap();
        let id = task.id().await.unwrap();
        (task, id)
    }

    async fn apply(&self, command: Command) {
        self.supervisor.hub().owner.apply(command).await.unwrap();
    }

    async fn emit(&self, task: TaskId, number: usize) {
        self.apply(emit(task, number)).await;
    }

    async fn complete(&self, task: TaskId) {
        self.apply(complete(task)).await;
    }

    fn watchers(&self) -> usize {
        self.supervisor.hub().watchers.count()
    }
}

const ACTOR: Actor = Actor::Supervisor;

fn emit(task: TaskId, number: usize) -> Command {
    let (actor, value) = (ACTOR, json!(number));
    Command::Emit(Emit { task, actor, value })
}

fn complete(task: TaskId) -> Command {
    let (actor, result) = (ACTOR, json!("done"));
    Command::Complete(Complete {
        task,
        actor,
        result,
    })
}

fn log(task: TaskId, line: &str) -> Command {
    let (actor, line) = (ACTOR, line.to_owned());
    Command::AddLog(AddLog { task, actor, line })
}

async fn all(stream: ReadableStream<Event>) -> Vec<Event> {
    stream.try_collect().await.unwrap()
}

fn numbers(events: &[Event]) -> Vec<u64> {
    events.iter().map(|event| event.seq).collect()
}

/// Checks that events and gaps stand for the numbers from `first` on, each once; returns how many were
/// forgotten.
fn without_holes(events: &[Event], first: u64) -> u64 {
    let (mut next, mut forgotten) = (first, 0);
    for event in events {
        if let EventKind::Gap { events } = event.what {
            next += events;
            forgotten += events;
            assert_eq!(event.seq, next - 1, "a gap ends elsewhere");
        } else {
            assert_eq!(event.seq, next, "{event:?}");
            next += 1;
        }
    }
    forgotten
}

#[tokio::test]
async fn a_watcher_from_the_beginning_and_one_from_the_middle_see_the_same_life() {
    let queue = Queue::start(|config| {
        config.dispatch = DispatchMode::Auto;
        config.cpu_workers = 1;
    })
    .await;
    let tasks = queue.supervisor.gateway().get_task_queue();
    let task = tasks
        .submit("compute", json!({"iterations": 3}))
        .await
        .unwrap();
    let events = all(task.events(None).await.unwrap()).await;
    assert_eq!(without_holes(&events, 1), 0);
    assert_eq!(events[0].what, EventKind::Submitted);
    assert!(matches!(
        events[1].what,
        EventKind::Started { attempt: 1, .. }
    ));
    let end = &events.last().unwrap().what;
    assert!(matches!(end, EventKind::Completed { result } if result["computed"] == json!(3)));

    for from in [0, 1, 3, events.len() as u64] {
        let late = all(task.events(from).await.unwrap()).await;
        let skipped = usize::try_from(from.saturating_sub(1)).unwrap();
        assert_eq!(late, events[skipped..]);
    }
    let nothing = all(task.events(1_000).await.unwrap()).await;
    assert_eq!(nothing, []);
    assert_eq!(queue.watchers(), 0, "those that have read all have left");
    queue.supervisor.stop().await;
}

/// The fault: an event between the look and the wait, which nobody is told of until the next.
#[tokio::test]
async fn a_watcher_is_woken_by_each_event_that_is_stored() {
    let queue = Queue::start(|_| {}).await;
    let (task, id) = queue.submit().await;
    let mut stream = task.events(None).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap().seq, 1);
    for number in 0..200_usize {
        let (event, ()) = tokio::join!(stream.next(), queue.emit(id, number));
        let index = u64::try_from(number).unwrap();
        let value = json!(number);
        let event = event.unwrap().unwrap();
        assert_eq!(event.what, EventKind::Partial { index, value });
    }
    let (end, ()) = tokio::join!(stream.next(), queue.complete(id));
    assert!(end.unwrap().unwrap().what.is_end());
    assert!(stream.next().await.is_none());
    queue.supervisor.stop().await;
}

/// The fault: a watcher who does not read fills the server's memory, or holds up the worker.
#[tokio::test]
async fn a_watcher_that_never_reads_holds_up_nobody_and_is_told_what_it_has_missed() {
    const PARTS: usize = 10_000;
    let queue = Queue::start(|config| {
        config.limits = Limits {
            events: 100,
            partial_results: PARTS,
            ..Limits::default()
        };
    })
    .await;
    let gateway = queue.supervisor.gateway();
    let (remote, _session): (GatewayStub, _) =
        in_process(gateway.clone(), gateway, Wire::default());
    let (task, id) = queue.submit().await;
    let watched = remote.get_task_queue().get_task(id.to_string());
    let mut stalled = watched.events(None).await.unwrap();
    assert_eq!(stalled.next().await.unwrap().unwrap().seq, 1);

    let line = "x".repeat(1_000);
    for batch in 0..PARTS / 100 {
        let batch = (0..100).map(|number| batch * 100 + number);
        let all = batch.flat_map(|number| [log(id, &line), emit(id, number)]);
        let owner = &queue.supervisor.hub().owner;
        try_join_all(all.map(|command| owner.apply(command)))
            .await
            .unwrap();
    }
    queue.complete(id).await;
    assert_eq!(queue.watchers(), 1);

    let missed = all(stalled).await;
    let forgotten = without_holes(&missed, 2);
    // 10 MB were said; what is on the way to a reader is a few hundred KB.
    assert!(forgotten > 8_000, "{forgotten} were not kept for it");
    let parts = missed.iter().filter_map(|event| match &event.what {
        EventKind::Partial { index, value } => Some((*index, value.clone())),
        _ => None,
    });
    let delivered = task.partial_results().await.unwrap();
    assert_eq!(delivered.len(), PARTS);
    let delivered = (0..).zip(delivered);
    assert!(parts.eq(delivered), "a part was lost, or came twice");
    let last = missed.last().unwrap();
    assert!(last.what.is_end());
    assert_eq!(
        all(task.events(last.seq).await.unwrap()).await,
        std::slice::from_ref(last)
    );
    queue.supervisor.stop().await;
}

/// The fault: a client opens streams until the server has no memory left, or others cannot watch.
#[tokio::test]
async fn so_many_watch_and_no_more_and_those_who_watch_go_on() {
    let queue = Queue::start(|config| {
        config.watchers = WatchLimits {
            per_task: 2,
            all: 3,
        };
    })
    .await;
    let (first, first_id) = queue.submit().await;
    let (second, _) = queue.submit().await;
    let bystander = first.events(None).await.unwrap();
    let other = first.events(None).await.unwrap();
    let refused = first.events(None).await.unwrap_err();
    assert!(refused.to_string().contains("by 2"), "{refused}");
    let code = WireValue::String("TOO_MANY_WATCHERS".to_owned());
    assert_eq!(refused.prop("code"), Some(&code));
    let third = second.events(None).await.unwrap();
    let refused = second.events(None).await.unwrap_err();
    assert!(refused.to_string().contains("by 3"), "{refused}");

    queue.complete(first_id).await;
    assert_eq!(numbers(&all(bystander).await), [1, 2]);
    drop((other, third));
    assert_eq!(queue.watchers(), 0);
    assert!(second.events(None).await.is_ok());
    queue.supervisor.stop().await;
}

#[tokio::test]
async fn a_task_that_is_not_there_has_no_events_and_a_queue_that_stops_says_so() {
    let queue = Queue::start(|_| {}).await;
    let (task, _) = queue.submit().await;
    let mut stream = task.events(None).await.unwrap();
    stream.next().await.unwrap().unwrap();
    let (end, ()) = tokio::join!(stream.next(), queue.supervisor.stop());
    let end = end.unwrap().unwrap_err();
    assert_eq!(end.to_string(), "the queue is shutting down");
    assert!(task.events(None).await.is_err());
    assert_eq!(queue.watchers(), 0);
}

#[tokio::test]
async fn a_task_that_is_taken_up_again_is_watched_further() {
    let queue = Queue::start(|_| {}).await;
    let (task, id) = queue.submit().await;
    task.cancel().await.unwrap();
    let first = all(task.events(None).await.unwrap()).await;
    assert_eq!(first.last().unwrap().what, EventKind::Cancelled);
    let tasks = queue.supervisor.gateway().get_task_queue();
    tasks.retry_task(id.to_string()).await.unwrap();
    let next = first.last().unwrap().seq + 1;
    let rest = tokio::spawn(all(task.events(next).await.unwrap()));
    queue.complete(id).await;
    assert_eq!(numbers(&rest.await.unwrap()), [next, next + 1]);
    queue.supervisor.stop().await;
}

/// One watcher's way through all that can happen to it.
#[derive(Debug, Default)]
struct Diary(Vec<Event>);

impl Diary {
    fn next(&self) -> u64 {
        self.0.last().map_or(1, |event| event.seq + 1)
    }

    /// Reads up to so many events, and lets go of the stream.
    async fn read(&mut self, task: &TaskHandleStub, most: usize) -> Result<(), Error> {
        let mut stream = task.events(self.next()).await?;
        for _ in 0..most {
            match tokio::time::timeout(Duration::from_millis(1), stream.next()).await {
                Ok(Some(event)) => self.0.push(event?),
                Ok(None) | Err(_) => break,
            }
        }
        Ok(())
    }
}

/// Has something happen to a task.
fn happen(dice: &mut Dice, task: TaskId, number: usize) -> Command {
    let actor = ACTOR;
    let value = json!(number);
    match dice.roll(4) {
        0 => Command::SaveCheckpoint(SaveCheckpoint { task, actor, value }),
        1 => Command::SetProgress(SetProgress {
            task,
            actor,
            progress: Progress::new(0.5).unwrap(),
        }),
        2 => log(task, "a line"),
        _ => emit(task, number),
    }
}

/// The fault: a watcher who comes back, to this process or to the next, and misses an event, or sees
/// one twice, or another one in its place.
#[tokio::test(start_paused = true)]
async fn whenever_a_watcher_comes_back_it_goes_on_where_it_was() {
    for seed in 1..=20 {
        let mut dice = Dice::new(seed);
        let store = MemoryStore::new();
        let mut queue = Queue::start_on(Arc::new(store.clone()), |_| {}).await;
        let (_, id) = queue.submit().await;
        let mut diary = Diary::default();
        for number in 0..150 {
            let command = happen(&mut dice, id, number);
            queue.apply(command).await;
            if dice.roll(4) == 0 {
                let tasks = queue.supervisor.gateway().get_task_queue();
                let task = tasks.get_task(id.to_string()).await.unwrap();
                let most = dice.roll(12);
                diary.read(&task, most).await.unwrap();
            }
            if dice.roll(20) == 0 {
                queue.supervisor.stop().await;
                queue = Queue::start_on(Arc::new(store.clone()), |_| {}).await;
            }
        }
        queue.complete(id).await;
        let tasks = queue.supervisor.gateway().get_task_queue();
        let task = tasks.get_task(id.to_string()).await.unwrap();
        diary.read(&task, usize::MAX).await.unwrap();
        let whole = all(task.events(None).await.unwrap()).await;
        assert_eq!(diary.0, whole, "seed {seed}");
        assert_eq!(without_holes(&whole, 1), 0);
        assert!(whole.len() > 100 && whole.last().unwrap().what.is_end());
        queue.supervisor.stop().await;
    }
}
