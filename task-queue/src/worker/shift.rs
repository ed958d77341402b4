//! A worker at work: joining, coming back, and leaving.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use capnweb_runtime::{Capability as _, ClientState, ReconnectingClient};
use tokio::sync::{oneshot, watch};
use tokio::time::{sleep, timeout};

use crate::caps::{GatewayStub, MembershipStub, OfferedWork};
use crate::future::BoxFuture;
use crate::model::{Offer, PoolName, Tag, TaskType, Types, WorkerId};
use crate::worker::agent::{AFTER_THE_END, Agent, Ended, Orders};
use crate::worker::context::StopReason;
use crate::worker::crew::Crew;
use crate::worker::engagement::{Patience, Watcher};
use crate::worker::error::{Departure, WorkerError};
use crate::worker::handler::Handler;
use crate::worker::joining::{Application, Joined, Manner};
use crate::worker::notice::Notice;

/// A worker at work. When it is dropped, its handlers are stopped, and the connection is closed.
pub(super) struct Shift {
    client: ReconnectingClient<GatewayStub>,
    application: Application,
    crew: Arc<Crew>,
    orders: watch::Sender<Orders>,
    watcher: Watcher,
    /// What it has joined with on the connection of the moment.
    membership: watch::Sender<Option<MembershipStub>>,
}

/// What has ended a membership.
enum Parted {
    /// The connection broke.
    Broken,
    /// The queue has ended it.
    Ended(Ended),
    /// It was taken away, and nothing was said.
    TakenAway,
}

impl Shift {
    pub(super) fn new(
        client: ReconnectingClient<GatewayStub>,
        (handlers, offer): (HashMap<TaskType, Handler>, OfferedWork),
        secret: Option<String>,
        watcher: Watcher,
    ) -> Self {
        let crew = Arc::new(Crew::new(offer.concurrency.unwrap_or(1)));
        let orders = watch::Sender::default();
        let agent = Agent {
            handlers,
            offer: Arc::new(known_offer(&offer)),
            crew: Arc::clone(&crew),
            client: client.clone(),
            orders: orders.clone(),
            watcher: watcher.clone(),
        };
        Self {
            application: Application::new(&client, secret, agent.into_stub(), offer),
            client,
            crew,
            orders,
            watcher,
            membership: watch::Sender::default(),
        }
    }

    /// Works until it is told to stop, or has to.
    pub(super) async fn work(
        self,
        patience: Patience,
        shutdown: impl Future<Output = ()>,
        hurry: BoxFuture<'static, ()>,
    ) -> Result<Departure, WorkerError> {
        let leaving = async {
            tokio::select! {
                () = shutdown => {}
                () = self.is_told_to_drain() => {}
            }
            self.leave(patience, hurry).await
        };
        tokio::select! {
            biased;
            left = leaving => Ok(left),
            end = self.serve() => end,
        }
    }

    /// Joins, and comes back, for as long as there is a use for it.
    async fn serve(&self) -> Result<Departure, WorkerError> {
        let mut wait = FIRST_WAIT;
        loop {
            self.connected().await?;
            match self.application.join().await {
                Joined::In {
                    membership,
                    worker,
                    manner,
                } => {
                    wait = FIRST_WAIT;
                    let (broken, is_broken) = oneshot::channel();
                    membership.as_stub().on_broken(move |_| drop(broken));
                    self.begin(&membership, worker, manner).await;
                    if let Some(end) = self.stay(&membership, is_broken).await {
                        return Ok(end);
                    }
                }
                Joined::Broken => tokio::task::yield_now().await,
                Joined::Later => {
                    sleep(wait).await;
                    wait = LONGEST_WAIT.min(wait.saturating_mul(2));
                }
                Joined::Forgotten(error) => self.is_lost(error.to_string()).await,
                Joined::Revoked => return Ok(self.is_revoked().await),
                Joined::Refused(error) => return Err(WorkerError::Refused(error)),
            }
        }
    }

    /// Waits for a connection. When there was none for too long, the tasks are somebody else's.
    async fn connected(&self) -> Result<(), WorkerError> {
        let mut states = self.client.watch();
        let mut lease = Box::pin(sleep(LEASE));
        loop {
            let state = states.borrow_and_update().clone();
            match state {
                ClientState::Connected => return Ok(()),
                ClientState::Closed(why) => return Err(WorkerError::Unreachable(why)),
                ClientState::Connecting {
                    why: Some(why),
                    next_try: Some(_),
                    ..
                } => self.watcher.tell(&Notice::Unreachable {
                    reason: why.to_string(),
                }),
                _ => {}
            }
            tokio::select! {
                // The sender is the client's.
                changed = states.changed() => drop(changed),
                () = &mut lease, if !lease.is_elapsed() => {
                    self.crew.stop_all(StopReason::Lost, AFTER_THE_END);
                }
            }
        }
    }

    /// Begins, or goes on with what it has.
    async fn begin(&self, membership: &MembershipStub, worker: WorkerId, manner: Manner) {
        let notice = match manner {
            Manner::Anew => Notice::Joined { worker },
            Manner::Again => {
                let attempts = self.application.take_up(membership, self.crew.all()).await;
                Notice::Resumed { worker, attempts }
            }
        };
        self.membership.send_replace(Some(membership.clone()));
        self.watcher.tell(&notice);
    }

    /// Stays until the membership has ended; returns how the work ends, if it does.
    async fn stay(
        &self,
        membership: &MembershipStub,
        is_broken: oneshot::Receiver<()>,
    ) -> Option<Departure> {
        let parted = tokio::select! {
            // It is never told, only dropped.
            _ = is_broken => Parted::Broken,
            ended = self.is_ended() => Parted::Ended(ended),
            () = is_taken_away(membership) => Parted::TakenAway,
        };
        self.membership.send_replace(None);
        match parted {
            Parted::Broken => {
                self.watcher.tell(&Notice::Away);
                None
            }
            Parted::Ended(ended) if ended.revoked => Some(self.is_revoked().await),
            // Whether it may come back, it is told when it tries to.
            Parted::TakenAway => None,
            Parted::Ended(ended) => {
                self.is_lost(ended.reason).await;
                None
            }
        }
    }

    /// Leaves: what is not done in time is given back.
    async fn leave(&self, patience: Patience, hurry: BoxFuture<'static, ()>) -> Departure {
        self.orders.send_modify(|orders| orders.drain = true);
        self.crew.begin_to_leave();
        self.watcher.tell(&Notice::Draining {
            attempts: self.crew.len(),
        });
        tokio::select! {
            () = self.drain(patience) => {}
            () = hurry => self.crew.stop_all(StopReason::Leaving, patience.stop),
        }
        let given_back = self.crew.given_back().saturating_add(self.crew.len());
        if let Some(membership) = self.membership() {
            // Without an answer, the queue finds out by itself.
            drop(timeout(ANSWER, membership.leave()).await);
        }
        Departure::Left { given_back }
    }

    async fn drain(&self, patience: Patience) {
        let finished = async {
            if let Some(membership) = self.membership() {
                drop(timeout(ANSWER, membership.drain()).await);
            }
            self.crew.idle().await;
        };
        if timeout(patience.finish, finished).await.is_err() {
            self.crew.stop_all(StopReason::Leaving, patience.stop);
            self.crew.idle().await;
        }
    }

    /// What it had is somebody else's. It joins anew, unless it is about to leave.
    async fn is_lost(&self, reason: String) {
        self.application.forget();
        self.crew.stop_all(StopReason::Lost, AFTER_THE_END);
        self.watcher.tell(&Notice::Lost { reason });
        if self.orders.borrow().drain {
            std::future::pending::<()>().await;
        }
    }

    async fn is_revoked(&self) -> Departure {
        self.crew.stop_all(StopReason::Lost, AFTER_THE_END);
        self.crew.idle().await;
        Departure::Revoked
    }

    async fn is_ended(&self) -> Ended {
        let mut orders = self.orders.subscribe();
        let ended = orders.wait_for(|orders| orders.ended.is_some()).await;
        // The sender is here.
        let ended = ended.ok().and_then(|orders| orders.ended.clone());
        self.orders.send_modify(|orders| orders.ended = None);
        match ended {
            Some(ended) => ended,
            None => std::future::pending().await,
        }
    }

    async fn is_told_to_drain(&self) {
        let mut orders = self.orders.subscribe();
        drop(orders.wait_for(|orders| orders.drain).await);
    }

    fn membership(&self) -> Option<MembershipStub> {
        self.membership.borrow().clone()
    }
}

impl Drop for Shift {
    fn drop(&mut self) {
        self.crew.stop_all(StopReason::Leaving, Duration::ZERO);
        self.client.close("the worker has left");
    }
}

/// Waits until the membership is refused, by asking for something of it now and then.
///
/// The queue says so when a worker has ended. But who takes away the link by which a worker came takes
/// away the way on which that would be said, and a peer is not told of a revocation before it calls.
async fn is_taken_away(membership: &MembershipStub) {
    loop {
        sleep(ASKING).await;
        if membership.id().await.is_err_and(|error| error.is_revoked()) {
            return;
        }
    }
}

/// Returns what the worker offers, as work goes by it. One that names no pool may be of the pool `gpu`
/// by its link: then it is handed what needs a GPU.
fn known_offer(offer: &OfferedWork) -> Offer {
    let unsaid = offer.pool.is_none().then_some(Tag::GPU);
    Offer {
        pool: offer.pool.clone().unwrap_or(PoolName::DEFAULT),
        types: Types::These(offer.types.iter().cloned().collect()),
        tags: offer.tags.iter().cloned().chain(unsaid).collect(),
        slots: offer.concurrency.unwrap_or(1),
    }
}

/// How long the queue keeps the tasks of a worker of which it hears nothing.
const LEASE: Duration = Duration::from_secs(30);

/// How often a worker asks whether it is one still.
const ASKING: Duration = Duration::from_secs(5);

/// How long the queue may take to answer that the worker leaves.
const ANSWER: Duration = Duration::from_secs(5);

/// How long to wait before joining again, at first and in the end.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
