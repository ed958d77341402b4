//! The way to the owner.

use tokio::runtime::Handle;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

use crate::engine::{Command, Start, State};
use crate::model::{EndReason, Task, TaskId, Worker, WorkerId};
use crate::service::refusal::Refusal;

/// The way to the owner.
#[derive(Debug, Clone)]
pub(in crate::service) struct Owner(mpsc::Sender<Request>);

/// The owner's end of the way.
pub(in crate::service) struct Inbox(pub(super) mpsc::Receiver<Request>);

/// What the owner is asked for.
pub(super) enum Request {
    Apply(Box<Command>, Reply<()>),
    /// Begins an attempt and tells how it ends.
    Execute(Start, Reply<AttemptEnd>),
    Read(Look),
    Stop,
}

/// Where an answer goes.
pub(super) type Reply<T> = oneshot::Sender<Result<T, Refusal>>;

/// Looks at the state, or hears why there is nothing to look at.
pub(super) type Look = Box<dyn FnOnce(Result<&State, Refusal>) + Send>;

/// Tells how an attempt ends.
pub(in crate::service) type AttemptEnd = oneshot::Receiver<EndReason>;

impl Owner {
    /// Creates both ends of the way.
    pub(in crate::service) fn new() -> (Self, Inbox) {
        let (sender, receiver) = mpsc::channel(MAX_WAITING);
        (Self(sender), Inbox(receiver))
    }

    /// Applies a command; returns once what it changed is stored.
    ///
    /// # Cancel safety
    ///
    /// A command whose future is dropped is applied or not; which, a read tells.
    pub(in crate::service) async fn apply(&self, command: Command) -> Result<(), Refusal> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::Apply(Box::new(command), reply)).await?;
        answer.await.map_err(|_| Refusal::Stopped)?
    }

    /// Has a command applied whose outcome nobody waits for. It can be called from anywhere.
    pub(in crate::service) fn tell(&self, command: Command) {
        let (reply, _) = oneshot::channel();
        let told = self.0.try_send(Request::Apply(Box::new(command), reply));
        if let (Err(TrySendError::Full(request)), Ok(runtime)) = (told, Handle::try_current()) {
            let owner = self.0.clone();
            drop(runtime.spawn(async move { owner.send(request).await.ok() }));
        }
    }

    /// Begins an attempt; returns, once that is stored, what will tell its end.
    pub(in crate::service) async fn execute(&self, start: Start) -> Result<AttemptEnd, Refusal> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::Execute(start, reply)).await?;
        answer.await.map_err(|_| Refusal::Stopped)?
    }

    /// Looks at the state as it is stored, after everything that was asked for before.
    pub(in crate::service) async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&State) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let (reply, answer) = oneshot::channel();
        let look: Look = Box::new(move |state| drop(reply.send(state.map(look))));
        self.send(Request::Read(look)).await?;
        answer.await.map_err(|_| Refusal::Stopped)?
    }

    /// Looks at a task's record.
    pub(in crate::service) async fn read_task<T: Send + 'static>(
        &self,
        id: TaskId,
        look: impl FnOnce(&Task) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let found = self.read(move |state| state.task(id).map(look)).await?;
        found.ok_or(Refusal::NoSuchTask)
    }

    /// Looks at a worker's record.
    pub(in crate::service) async fn read_worker<T: Send + 'static>(
        &self,
        id: WorkerId,
        look: impl FnOnce(&Worker) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let found = self.read(move |state| state.worker(id).map(look)).await?;
        found.ok_or(Refusal::NoSuchWorker)
    }

    /// Stops the owner once everything that was asked for before is done; running tasks go back to
    /// their places in the queue.
    pub(in crate::service) async fn stop(&self) {
        // One that has stopped already has nothing more to do.
        drop(self.send(Request::Stop).await);
    }

    async fn send(&self, request: Request) -> Result<(), Refusal> {
        self.0.send(request).await.map_err(|_| Refusal::Stopped)
    }
}

/// How many requests may wait for the owner.
const MAX_WAITING: usize = 1_024;
