//! Joining a queue, and coming back to it.

use std::sync::{Arc, Mutex, PoisonError};

use capnweb_runtime::{Capability as _, Error, ReconnectingClient, Value};
use futures_util::future::{join_all, try_join};

use crate::caps::{
    GateStub, GatewayStub, JoinOptions, MembershipStub, OfferedWork, WorkerAgentStub,
    WorkerPoolStub,
};
use crate::model::WorkerId;
use crate::worker::agent::AFTER_THE_END;
use crate::worker::attempt::Attempt;
use crate::worker::context::StopReason;

/// What a worker joins with.
pub(super) struct Application {
    client: ReconnectingClient<GatewayStub>,
    pool: WorkerPoolStub,
    agent: WorkerAgentStub,
    offer: OfferedWork,
    /// What it comes back with, once it has joined.
    key: Mutex<Option<String>>,
}

/// What has come of joining.
pub(super) enum Joined {
    /// It has joined, or come back.
    In {
        membership: MembershipStub,
        worker: WorkerId,
        manner: Manner,
    },
    /// The connection broke.
    Broken,
    /// Not now.
    Later,
    /// The worker that it was has ended; it can join anew.
    Forgotten(Error),
    /// The worker was revoked.
    Revoked,
    /// No.
    Refused(Error),
}

/// How a worker has joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// As somebody new.
    Anew,
    /// As the one that it was.
    Again,
}

impl Application {
    pub(super) fn new(
        client: &ReconnectingClient<GatewayStub>,
        secret: Option<String>,
        agent: WorkerAgentStub,
        offer: OfferedWork,
    ) -> Self {
        Self {
            client: client.clone(),
            pool: pool(client, secret),
            agent,
            offer,
            key: Mutex::default(),
        }
    }

    /// Joins, or comes back.
    pub(super) async fn join(&self) -> Joined {
        let resume = self.key();
        let manner = match resume {
            Some(_) => Manner::Again,
            None => Manner::Anew,
        };
        let options = Some(JoinOptions { resume });
        let joining = self.pool.join(&self.agent, &self.offer, options);
        match joining.await {
            Ok(membership) => self.settle_in(membership, manner).await,
            Err(error) => sort_out(error, manner),
        }
    }

    /// Takes up the attempts again that the worker has had; those that are not its own any more are
    /// stopped. Returns how many are.
    pub(super) async fn take_up(
        &self,
        membership: &MembershipStub,
        attempts: Vec<Arc<Attempt>>,
    ) -> usize {
        let session = self.client.session().map(|session| session.id());
        let taking = attempts.into_iter().map(|attempt| async move {
            let (task, epoch) = attempt.key;
            match membership.attempt(task, epoch).await {
                Ok(assignment) => {
                    attempt.move_to(session.unwrap_or_default(), assignment);
                    1
                }
                Err(error) if error.is_disconnected() => 0,
                Err(_) => {
                    attempt.stop(StopReason::Lost, AFTER_THE_END);
                    0
                }
            }
        });
        join_all(taking).await.into_iter().sum()
    }

    /// Forgets who it was.
    pub(super) fn forget(&self) {
        self.set_key(None);
    }

    async fn settle_in(&self, membership: MembershipStub, manner: Manner) -> Joined {
        match try_join(membership.id(), membership.resume_key()).await {
            Ok((worker, key)) => {
                self.set_key(Some(key));
                Joined::In {
                    membership,
                    worker,
                    manner,
                }
            }
            Err(error) => sort_out(error, manner),
        }
    }

    fn key(&self) -> Option<String> {
        let key = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        key.clone()
    }

    fn set_key(&self, key: Option<String>) {
        *self.key.lock().unwrap_or_else(PoisonError::into_inner) = key;
    }
}

/// Returns a lasting reference to the queue's workers.
fn pool(client: &ReconnectingClient<GatewayStub>, secret: Option<String>) -> WorkerPoolStub {
    let Some(secret) = secret else {
        return client.derive(&client.main(), GatewayStub::get_worker_pool);
    };
    // What a closed queue begins with is a gate.
    let gate: GateStub = client.main().as_stub().cast();
    client.derive(&gate, move |gate| gate.redeem(&*secret).get_worker_pool())
}

/// Says what has come of joining from its error.
fn sort_out(error: Error, manner: Manner) -> Joined {
    if error.is_disconnected() {
        return Joined::Broken;
    }
    if error.is_revoked() {
        return Joined::Revoked;
    }
    match code(&error) {
        Some("WORKER_REVOKED") => Joined::Revoked,
        // The link by which it came was revoked while it was away.
        Some("NO_SUCH_REFERENCE") if manner == Manner::Again => Joined::Revoked,
        Some("NOT_STORED" | "STORAGE_FULL" | "SHUTTING_DOWN") => Joined::Later,
        _ if manner == Manner::Again => Joined::Forgotten(error),
        _ => Joined::Refused(error),
    }
}

fn code(error: &Error) -> Option<&str> {
    match error.prop("code") {
        Some(Value::String(code)) => Some(code),
        _ => None,
    }
}
