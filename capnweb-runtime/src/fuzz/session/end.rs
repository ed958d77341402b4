//! One end of a session whose messages are carried by hand.

use std::collections::VecDeque;
use std::sync::Arc;

use futures_util::FutureExt as _;

use crate::config::SessionConfig;
use crate::connection::Connection;
use crate::error::Disconnect;
use crate::hook::{Arrival, Outcome, Peer, SessionControl as _, Stub};
use crate::limits::Limits;

/// One end of a session.
pub(super) struct End {
    pub(super) connection: Arc<Connection>,
    /// What it has said that has not arrived.
    said: VecDeque<String>,
}

impl End {
    /// Creates a session that serves `main`; also returns the peer's main object.
    pub(super) fn new(main: &Stub, limits: Limits) -> (Self, Stub) {
        let config = SessionConfig::from(limits);
        let (connection, peer) = Connection::new(main.cap().clone(), Peer::default(), &config);
        let said = VecDeque::new();
        (Self { connection, said }, Stub::of(peer))
    }

    /// Takes the first message that has not arrived.
    pub(super) fn take(&mut self) -> Option<String> {
        let frames = self.connection.next_frames().now_or_never().flatten();
        let frames = frames.into_iter().flatten();
        self.said
            .extend(frames.map(|frame| frame.as_str().to_owned()));
        self.said.pop_front()
    }

    pub(super) fn is_open(&self) -> bool {
        self.connection.ended().is_none()
    }

    /// Checks that it is within its limits.
    pub(super) fn check(&self, limits: &Limits) {
        let (stats, debts) = (self.connection.stats(), self.connection.debts());
        assert!(stats.exports <= limits.max_exports, "L-14: {stats:?}");
        assert!(stats.imports <= limits.max_imports, "L-15: {stats:?}");
        assert!(debts.bytes <= limits.max_retained_bytes, "L-16: {debts:?}");
        assert!(debts.calls <= limits.max_calls_in_flight, "L-17: {debts:?}");
    }

    /// Checks that it holds nothing but so many main objects.
    pub(super) fn is_empty(&self, mains: usize) {
        self.serves_nothing(mains);
        self.owes_nothing();
    }

    /// Checks that nothing is in its tables but so many main objects, and that no call goes on.
    pub(super) fn serves_nothing(&self, mains: usize) {
        let (stats, debts) = (self.connection.stats(), self.connection.debts());
        assert_eq!(
            (stats.imports, stats.exports),
            (mains, mains),
            "S-90: left in the tables"
        );
        assert_eq!(debts.calls, 0, "L-17: left in flight");
    }

    /// Checks that nothing is kept that the peer is charged with.
    pub(super) fn owes_nothing(&self) {
        assert_eq!(
            self.connection.debts().bytes,
            0,
            "L-16: left on the account"
        );
    }

    pub(super) fn close(&self) {
        self.connection.terminate(&Disconnect::PeerGone);
    }
}

/// Lets every task run until hardly any can.
pub(super) async fn settle() {
    for _ in 0..TURNS {
        tokio::task::yield_now().await;
    }
}

/// Asks for a promise's value and for every promise in it.
pub(super) async fn value(promise: &Stub) -> Outcome {
    Arrival::of(promise).await
}

/// Runs a script's work.
pub(super) fn run(work: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime starts").block_on(work);
}

const TURNS: usize = 12;
