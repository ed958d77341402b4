//! The one owner of the queue's state: it applies commands, commits what they changed, and only
//! then answers and lets things happen.

use std::future::pending;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::hub::Hub;
use super::refusal::Refusal;
use crate::engine::{Command, Effect, Rejected, Start, State, apply};
use crate::model::{EndReason, Task, TaskId, Timestamp, Worker, WorkerId};
use crate::store::Store;

/// The way to the owner.
#[derive(Debug, Clone)]
pub(super) struct Owner(mpsc::Sender<Request>);

/// The owner's end of the way.
pub(super) struct Inbox(mpsc::Receiver<Request>);

enum Request {
    Apply(Command, Reply<()>),
    /// Begins an attempt and tells how it ends.
    Execute(Start, Reply<AttemptEnd>),
    Read(Box<dyn FnOnce(&State) + Send>),
    Stop,
}

/// Where an answer goes.
type Reply<T> = oneshot::Sender<Result<T, Refusal>>;

/// Tells how an attempt ends.
pub(super) type AttemptEnd = oneshot::Receiver<EndReason>;

impl Owner {
    /// Creates both ends of the way.
    pub(super) fn new() -> (Self, Inbox) {
        let (sender, receiver) = mpsc::channel(MAX_WAITING);
        (Self(sender), Inbox(receiver))
    }

    /// Applies a command; returns once what it changed is stored.
    ///
    /// # Cancel safety
    ///
    /// A command whose future is dropped is applied or not; which, a read tells.
    pub(super) async fn apply(&self, command: Command) -> Result<(), Refusal> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::Apply(command, reply)).await?;
        answer.await.map_err(|_| Refusal::Stopped)?
    }

    /// Begins an attempt; returns, once that is stored, what will tell its end.
    pub(super) async fn execute(&self, start: Start) -> Result<AttemptEnd, Refusal> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::Execute(start, reply)).await?;
        answer.await.map_err(|_| Refusal::Stopped)?
    }

    /// Looks at the state as it is stored, after everything that was asked for before.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&State) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let (reply, answer) = oneshot::channel();
        let look = Box::new(move |state: &State| drop(reply.send(look(state))));
        self.send(Request::Read(look)).await?;
        answer.await.map_err(|_| Refusal::Stopped)
    }

    /// Looks at a task's record.
    pub(super) async fn read_task<T: Send + 'static>(
        &self,
        id: TaskId,
        look: impl FnOnce(&Task) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let found = self.read(move |state| state.task(id).map(look)).await?;
        found.ok_or(Refusal::NoSuchTask)
    }

    /// Looks at a worker's record.
    pub(super) async fn read_worker<T: Send + 'static>(
        &self,
        id: WorkerId,
        look: impl FnOnce(&Worker) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let found = self.read(move |state| state.worker(id).map(look)).await?;
        found.ok_or(Refusal::NoSuchWorker)
    }

    /// Stops the owner once everything that was asked for before is done.
    pub(super) async fn stop(&self) {
        // One that has stopped already has nothing more to do.
        drop(self.send(Request::Stop).await);
    }

    async fn send(&self, request: Request) -> Result<(), Refusal> {
        self.0.send(request).await.map_err(|_| Refusal::Stopped)
    }
}

/// Runs until it is told to stop, or nobody can ask for anything any more.
pub(super) async fn run(mut inbox: Inbox, mut state: State, store: Arc<dyn Store>, hub: Arc<Hub>) {
    let mut requests = Vec::new();
    loop {
        let wake = state.next_wake();
        tokio::select! {
            received = inbox.0.recv_many(&mut requests, MAX_BATCH) => {
                if received == 0 {
                    return;
                }
            }
            () = until(&hub, wake) => {}
        }
        let mut batch = Batch::new(&mut state, &store, &hub);
        batch.due();
        for request in requests.drain(..) {
            if !batch.handle(request).await {
                return;
            }
        }
        batch.commit().await;
    }
}

async fn until(hub: &Hub, wake: Option<Timestamp>) {
    match wake {
        Some(at) => tokio::time::sleep(at.saturating_since(hub.clock.now())).await,
        None => pending().await,
    }
}

/// Requests that are answered by one commit.
struct Batch<'a> {
    state: &'a mut State,
    store: &'a Arc<dyn Store>,
    hub: &'a Arc<Hub>,
    /// What is to be done once the batch is stored, in order.
    outcomes: Vec<Outcome>,
}

enum Outcome {
    Applied(Vec<Effect>, Reply<()>),
    Begun(Vec<Effect>, Start, Reply<AttemptEnd>),
    Due(Vec<Effect>),
}

impl<'a> Batch<'a> {
    const fn new(state: &'a mut State, store: &'a Arc<dyn Store>, hub: &'a Arc<Hub>) -> Self {
        Self {
            state,
            store,
            hub,
            outcomes: Vec::new(),
        }
    }

    /// Applies what the clock has made due, if anything.
    fn due(&mut self) {
        let now = self.hub.clock.now();
        if self.state.next_wake().is_some_and(|at| at <= now)
            && let Ok(effects) = apply(self.state, Command::Due, now)
        {
            self.outcomes.push(Outcome::Due(effects));
        }
    }

    /// Handles one request; returns whether to go on.
    async fn handle(&mut self, request: Request) -> bool {
        match request {
            Request::Apply(command, reply) => match self.apply(command) {
                Ok(effects) => self.outcomes.push(Outcome::Applied(effects, reply)),
                Err(rejected) => drop(reply.send(Err(rejected.into()))),
            },
            Request::Execute(start, reply) => match self.apply(Command::Start(start.clone())) {
                Ok(effects) => self.outcomes.push(Outcome::Begun(effects, start, reply)),
                Err(rejected) => drop(reply.send(Err(rejected.into()))),
            },
            Request::Read(look) => {
                // Nobody is shown what is not stored.
                self.commit().await;
                look(self.state);
            }
            Request::Stop => {
                self.commit().await;
                return false;
            }
        }
        true
    }

    fn apply(&mut self, command: Command) -> Result<Vec<Effect>, Rejected> {
        apply(self.state, command, self.hub.clock.now())
    }

    /// Stores what has changed, then answers and lets things happen. If it cannot be stored, it has
    /// not happened.
    async fn commit(&mut self) {
        let outcomes = std::mem::take(&mut self.outcomes);
        let changes = self.state.take_changes();
        if !changes.is_empty() && self.store.commit(changes).await.is_err() {
            self.roll_back().await;
            return refuse_all(outcomes);
        }
        for outcome in outcomes {
            let effects = match outcome {
                Outcome::Due(effects) => effects,
                Outcome::Applied(effects, reply) => {
                    drop(reply.send(Ok(())));
                    effects
                }
                Outcome::Begun(effects, start, reply) => {
                    drop(reply.send(Ok(self.hub.await_end(start.worker))));
                    effects
                }
            };
            for effect in effects {
                Hub::run(self.hub, effect);
            }
        }
    }

    /// Goes back to what is stored. A store that cannot even be read leaves the state as it is; the
    /// next commit will then be refused as conflicting, not lost.
    async fn roll_back(&mut self) {
        if let Ok(snapshot) = self.store.load().await {
            *self.state = State::restore(*self.state.config(), snapshot);
        }
    }
}

fn refuse_all(outcomes: Vec<Outcome>) {
    for outcome in outcomes {
        match outcome {
            Outcome::Due(_) => {}
            Outcome::Applied(_, reply) => drop(reply.send(Err(Refusal::NotStored))),
            Outcome::Begun(_, _, reply) => drop(reply.send(Err(Refusal::NotStored))),
        }
    }
}

/// How many requests may wait for the owner.
const MAX_WAITING: usize = 1_024;

/// How many requests one commit answers.
const MAX_BATCH: usize = 256;
