//! Where the simulation takes place: the way to whichever owner there is, and what it does.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::disk::Disk;
use super::history::History;
use crate::engine::tests::dice::Dice;
use crate::engine::{Assignment, Command, Config, DispatchMode, Effect, Times};
use crate::model::{RecordId, TaskId, Timestamp};
use crate::service::owner::{AttemptEnd, Owner, World, recover, run};
use crate::service::refusal::Refusal;

/// What everybody in a simulation knows.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) disk: Arc<Disk>,
    beginning: Instant,
    assignments: mpsc::UnboundedSender<Assignment>,
    owner: Mutex<Option<Owner>>,
    history: Mutex<History>,
    dice: Mutex<Dice>,
}

impl Stage {
    /// Creates a stage; what is assigned to workers comes out of the other end.
    pub(super) fn new(seed: u64) -> (Arc<Self>, mpsc::UnboundedReceiver<Assignment>) {
        let (assignments, assigned) = mpsc::unbounded_channel();
        let stage = Self {
            disk: Arc::new(Disk::new(seed << 1)),
            beginning: Instant::now(),
            assignments,
            owner: Mutex::default(),
            history: Mutex::default(),
            dice: Mutex::new(Dice::new(seed)),
        };
        (Arc::new(stage), assigned)
    }

    /// Starts an owner, with what is on the disk.
    pub(super) async fn open(self: &Arc<Self>) -> JoinHandle<()> {
        let config = Config {
            dispatch: DispatchMode::Auto,
            times: Times {
                attempt: Duration::from_mins(15),
                stopping: Duration::from_millis(10),
                lease: Duration::from_millis(60),
                grace: Duration::from_millis(25),
            },
            ..Config::default()
        };
        let state = loop {
            match recover(config.clone(), &*self.disk, self.now()).await {
                Ok(state) => break state,
                // Whoever starts servers would try again.
                Err(_) => sleep(Duration::from_millis(10)).await,
            }
        };
        let (owner, inbox) = Owner::new();
        *self.owner.lock().unwrap() = Some(owner);
        let store = Arc::clone(&self.disk);
        tokio::spawn(run(inbox, state, store, Arc::clone(self)))
    }

    /// Loses an owner, in the middle of whatever it does.
    pub(super) async fn crash(&self, running: JoinHandle<()>) {
        *self.owner.lock().unwrap() = None;
        running.abort();
        drop(running.await);
        let found = self.disk.contents().await;
        self.history().crash(&found);
    }

    /// Has whichever owner there is apply a command.
    pub(super) async fn apply(&self, command: Command) -> Result<(), Refusal> {
        let owner = self.owner.lock().unwrap().clone();
        owner.ok_or(Refusal::Stopped)?.apply(command).await
    }

    /// Returns the owner there is.
    pub(super) fn owner(&self) -> Owner {
        self.owner
            .lock()
            .unwrap()
            .clone()
            .expect("there is an owner")
    }

    /// Returns the owner, if there is one.
    pub(super) fn any_owner(&self) -> Option<Owner> {
        self.owner.lock().unwrap().clone()
    }

    pub(super) fn history(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn roll(&self, sides: usize) -> usize {
        self.dice.lock().unwrap().roll(sides)
    }

    pub(super) fn with_dice<T>(&self, play: impl FnOnce(&mut Dice) -> T) -> T {
        play(&mut self.dice.lock().unwrap())
    }

    /// Waits for up to so many milliseconds.
    pub(super) async fn linger(&self, millis: usize) {
        let micros = u64::try_from(self.roll(millis * 1_000)).unwrap();
        sleep(Duration::from_micros(micros)).await;
    }
}

impl World for Stage {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_000_000).saturating_add(self.beginning.elapsed())
    }

    fn await_end(&self, _task: TaskId) -> AttemptEnd {
        oneshot::channel().1
    }

    fn stored(&self, _records: &[RecordId]) {}

    fn run(self: &Arc<Self>, effect: Effect) {
        self.history().see(&effect);
        if let Effect::StartAttempt(assignment) = effect {
            self.assignments.send(*assignment).unwrap();
        }
    }
}
