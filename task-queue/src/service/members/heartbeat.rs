//! Whether a worker that has joined is still there.

use std::sync::{Arc, Weak};
use std::time::Duration;

use capnweb_runtime::{Capability as _, Disconnect, Error};
use tokio::runtime::Handle;

use super::parting::{gone, insist};
use super::post::Post;
use super::present::Present;
use crate::engine::{Command, Renew, Revoke};
use crate::service::hub::Hub;

/// Watches the connection over which the worker has joined.
pub(super) fn watch_connection(hub: &Arc<Hub>, present: &Arc<Present>) {
    let (hub, gone_one) = (Arc::downgrade(hub), Arc::downgrade(present));
    let runtime = Handle::current();
    present.agent.as_stub().on_broken(move |error| {
        let manner = manner_of(error);
        if let Some((hub, present)) = hub.upgrade().zip(gone_one.upgrade()) {
            drop(runtime.spawn(gone(hub, present, manner)));
        }
    });
}

/// Asks the worker again and again whether it is there, for as long as it is known and its account is
/// in force.
pub(super) fn ask_whether_alive(hub: &Arc<Hub>, post: &Post, present: &Arc<Present>) {
    let asking = tokio::spawn(ask(
        Arc::downgrade(hub),
        post.clone(),
        Arc::downgrade(present),
        hub.times.lease / 3,
    ));
    // It is set once: the worker has just come.
    present.heartbeat.set(asking.abort_handle()).ok();
    if present.revoker.is_revoked() {
        asking.abort();
    }
}

async fn ask(hub: Weak<Hub>, post: Post, present: Weak<Present>, interval: Duration) {
    loop {
        tokio::time::sleep(interval).await;
        let Some((hub, present)) = hub.upgrade().zip(present.upgrade()) else {
            return;
        };
        if post.check(&hub).is_err() {
            let worker = present.worker;
            // It ends this task, too.
            return insist(&hub, Command::Revoke(Revoke { worker })).await;
        }
        // Of several questions, a worker that was stopped for a while would answer the first: one at
        // a time says as much.
        let answer = present.agent.alive().await;
        if is_sign_of_life(answer) {
            let worker = present.worker;
            // Its end, should it have come, is told by others.
            drop(hub.owner.apply(Command::Renew(Renew { worker })).await);
        }
    }
}

/// Whatever the worker itself has answered, it was there to do so.
fn is_sign_of_life(answer: Result<(), Error>) -> bool {
    match answer {
        Ok(()) => true,
        // What the queue itself does not let through has not come from there.
        Err(Error::Unsendable(_) | Error::Revoked(_) | Error::Denied(_)) => false,
        Err(error) => !error.is_disconnected(),
    }
}

/// How a connection has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// The worker has ended it: it has left.
    Closed,
    /// It was lost: the worker may come back.
    Lost,
}

fn manner_of(error: &Error) -> Manner {
    match error.disconnect() {
        Some(Disconnect::ClosedByPeer { code, .. }) if CLEAN.contains(code) => Manner::Closed,
        // Within this process, nothing is lost on the way.
        Some(Disconnect::PeerGone) => Manner::Closed,
        _ => Manner::Lost,
    }
}

/// The codes with which a WebSocket is closed in good order: as usual, since a program ends, without a
/// code, and by letting go of the session. (1006 says that there was no close at all.)
const CLEAN: [u16; 4] = [1000, 1001, 1005, 3000];
