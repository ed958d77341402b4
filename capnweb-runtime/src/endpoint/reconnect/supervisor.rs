//! The task that keeps a client connected.

use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tracing::{debug, info};

use super::backoff::Backoff;
use super::core::Core;
use super::dial::Dial;
use super::state::ClientState;
use crate::endpoint::connect::ConnectError;
use crate::error::{Disconnect, Error};

/// Keeps a client connected until it is closed, or gives up. Dropping the future closes it.
pub(super) async fn supervise(core: Arc<Core>, dial: impl Dial) {
    let closing = Closing(core);
    let core = &*closing.0;
    tokio::select! {
        biased;
        _ = core.closed() => {}
        why = keep_connected(core, &dial) => core.close(&why),
        never = core.lose_patience() => match never {},
    }
}

/// A client that is closed when this is dropped, if it was not by then.
struct Closing(Arc<Core>);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.close(&Disconnect::Shutdown);
    }
}

/// The time since there was a healthy connection.
struct Outage {
    since: Instant,
    attempts: u32,
    backoff: Backoff,
}

/// Connects again and again; returns why not any more.
async fn keep_connected(core: &Core, dial: &impl Dial) -> Disconnect {
    let settings = &core.settings;
    let mut outage = Outage::new(Backoff::new(settings));
    let mut before = None;
    loop {
        outage.attempts = outage.attempts.saturating_add(1);
        core.publish(connecting(&outage, None, before.take()));
        let why = match attempt(core, dial).await {
            Ok(Lasted { time, why }) => {
                if time >= settings.healthy_after {
                    outage.begin_anew();
                }
                info!(reason = why.kind(), "connection lost");
                why
            }
            Err(error) => {
                let is_hopeless = settings.is_hopeless(&error);
                let why = why(error);
                core.lost(&why);
                debug!(
                    attempt = outage.attempts,
                    reason = why.kind(),
                    "not connected"
                );
                if is_hopeless {
                    return why;
                }
                why
            }
        };
        let pause = outage.backoff.next(RandomState::new().hash_one(()));
        if outage.lasts_longer_than(settings.max_elapsed, pause) {
            return why;
        }
        core.publish(connecting(&outage, Some(pause), Some(why.clone())));
        before = Some(why);
        sleep(pause).await;
    }
}

/// How a connection went.
struct Lasted {
    time: Duration,
    why: Disconnect,
}

/// Connects once, and waits until the connection ends.
async fn attempt(core: &Core, dial: &impl Dial) -> Result<Lasted, ConnectError> {
    let limit = dial.time();
    let (main, session) = timeout(limit, dial.dial())
        .await
        .map_err(|_| ConnectError::TimedOut(limit))??;
    let begun = Instant::now();
    core.connected(main, session.clone());
    debug!(session = session.id(), "connected");
    core.publish(ClientState::Connected);
    let why = session.closed().await;
    core.lost(&why);
    let time = begun.elapsed();
    Ok(Lasted { time, why })
}

impl Outage {
    fn new(backoff: Backoff) -> Self {
        Self {
            since: Instant::now(),
            attempts: 0,
            backoff,
        }
    }

    fn begin_anew(&mut self) {
        self.since = Instant::now();
        self.attempts = 0;
        self.backoff.reset();
    }

    /// Returns whether, after another pause, it will have lasted for too long.
    fn lasts_longer_than(&self, limit: Option<Duration>, pause: Duration) -> bool {
        limit.is_some_and(|limit| self.since.elapsed().saturating_add(pause) > limit)
    }
}

fn connecting(outage: &Outage, pause: Option<Duration>, why: Option<Disconnect>) -> ClientState {
    let coming = u32::from(pause.is_some());
    ClientState::Connecting {
        attempt: outage.attempts.saturating_add(coming),
        next_try: pause.and_then(|pause| Instant::now().checked_add(pause)),
        why,
    }
}

/// Returns why there is no connection.
fn why(error: ConnectError) -> Disconnect {
    if let Some(status) = error.status() {
        let reason = http::StatusCode::from_u16(status).ok();
        let reason = reason.and_then(|status| status.canonical_reason());
        return Disconnect::Refused {
            status,
            reason: reason.unwrap_or_default().into(),
        };
    }
    match Error::from(error) {
        Error::Disconnected(why) => why,
        other => Disconnect::Transport(Arc::new(io::Error::other(other))),
    }
}
