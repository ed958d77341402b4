//! Finding out that there is nobody at the other end any more.

use std::sync::Arc;
use std::time::Duration;

use super::shared::Connection;
use crate::error::Disconnect;
use crate::transport::Pulse;

/// How to tell whether a peer is there.
pub(crate) struct Heartbeat {
    interval: Duration,
    timeout: Duration,
    /// When something was last heard of it.
    heard: Arc<Pulse>,
}

impl Heartbeat {
    /// Watches a peer, unless that is not wanted.
    #[cfg(feature = "websocket")]
    pub(crate) fn new(policy: crate::config::KeepAlive, heard: Arc<Pulse>) -> Option<Self> {
        Some(Self {
            interval: policy.interval?,
            timeout: policy.timeout,
            heard,
        })
    }

    /// Has a silent peer asked for a sign of life, until there is one that gives none.
    pub(super) async fn watch(self, connection: &Connection) -> Disconnect {
        loop {
            self.silent_for(self.interval).await;
            let before = self.heard.beats();
            connection.ask_for_sign();
            tokio::time::sleep(self.timeout).await;
            // If the process was held up, what came meanwhile has not been read yet.
            tokio::task::yield_now().await;
            if self.heard.beats() == before {
                let after = self.heard.silence();
                return Disconnect::Unresponsive { after };
            }
        }
    }

    async fn silent_for(&self, time: Duration) {
        while let Some(rest) = time.checked_sub(self.heard.silence()) {
            if rest.is_zero() {
                return;
            }
            tokio::time::sleep(rest).await;
        }
    }
}
