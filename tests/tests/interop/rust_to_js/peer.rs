//! A session with the JavaScript target, and the check that nothing is left of a test in it.

use std::ops::Deref;

use capnweb_runtime::{Connector, Session};
use tests::Process;
use tokio::runtime::Builder;

use super::super::support::{in_time, node};
use super::super::target::{TableSizes, TargetStub};

/// A session with a target of its own; what can be called is the target's main object.
pub(super) struct Peer {
    api: TargetStub,
    session: Session,
    idle: TableSizes,
    /// Stops when dropped.
    _target: Process,
}

/// Runs a test with a target of its own, then checks that both ends of the session are back to
/// their two main objects.
pub(super) fn with_peer(test: impl AsyncFnOnce(&Peer)) {
    run(async || {
        let Some(peer) = Peer::start().await else {
            return;
        };
        test(&peer).await;
        peer.settled().await;
    });
}

/// Like [`with_peer`], where the target never lets go of so many objects of this side's.
pub(super) fn with_peer_that_keeps(kept: usize, test: impl AsyncFnOnce(&Peer)) {
    run(async || {
        let Some(peer) = Peer::start().await else {
            return;
        };
        test(&peer).await;
        peer.here(0, kept).await;
        peer.there(kept, 0).await;
    });
}

/// Like [`with_peer`], with two targets and a session with each.
pub(super) fn with_two_peers(test: impl AsyncFnOnce(&Peer, &Peer)) {
    run(async || {
        let (Some(one), Some(two)) = (Peer::start().await, Peer::start().await) else {
            return;
        };
        test(&one, &two).await;
        one.settled().await;
        two.settled().await;
    });
}

fn run(test: impl AsyncFnOnce()) {
    let mut builder = Builder::new_current_thread();
    let runtime = builder.enable_all().build().expect("a runtime starts");
    runtime.block_on(in_time(test()));
}

impl Peer {
    async fn start() -> Option<Self> {
        let (target, url) = node()?.target().unwrap_or_else(|error| panic!("{error}"));
        let (api, session): (TargetStub, _) = Connector::new(url)
            .connect_with_session()
            .await
            .expect("the target is there");
        let idle = api.stats().await.expect("a target tells its stats");
        Some(Self {
            api,
            session,
            idle,
            _target: target,
        })
    }

    /// Returns one more reference to the main object.
    pub(super) fn main(&self) -> TargetStub {
        self.api.clone()
    }

    /// Waits until this end holds, and has given away, so much more than at the start.
    pub(super) async fn here(&self, imports: usize, exports: usize) {
        let expected = TableSizes {
            imports: 1 + imports,
            exports: 1 + exports,
        };
        self.eventually(expected, async || Self::sizes(&self.session))
            .await;
    }

    /// Waits until the target's end holds, and has given away, so much more than at the start.
    pub(super) async fn there(&self, imports: usize, exports: usize) {
        let expected = TableSizes {
            imports: self.idle.imports + imports,
            exports: self.idle.exports + exports,
        };
        let stats = async || self.api.stats().await.expect("a target tells its stats");
        self.eventually(expected, stats).await;
    }

    /// Waits until nothing is held any more, on either end.
    pub(super) async fn settled(&self) {
        self.here(0, 0).await;
        self.there(0, 0).await;
    }

    /// Looks again after each of a number of round trips: a release is not answered, so that there
    /// is nothing else to wait for.
    async fn eventually(&self, expected: TableSizes, look: impl AsyncFn() -> TableSizes) {
        let mut seen = look().await;
        for _ in 0..ROUND_TRIPS {
            if seen == expected {
                return;
            }
            self.api.return_null().await.expect("the session goes on");
            seen = look().await;
        }
        assert_eq!(seen, expected, "after {ROUND_TRIPS} round trips");
    }

    fn sizes(session: &Session) -> TableSizes {
        let stats = session.stats();
        TableSizes {
            imports: stats.imports,
            exports: stats.exports,
        }
    }
}

impl Deref for Peer {
    type Target = TargetStub;

    fn deref(&self) -> &TargetStub {
        &self.api
    }
}

const ROUND_TRIPS: usize = 50;
