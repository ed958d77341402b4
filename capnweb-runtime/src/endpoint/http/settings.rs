//! What an endpoint serves, to whom, and for how long.

use std::sync::Arc;
use std::time::Duration;

use super::origins::{Hosts, Origins};
use crate::config::SessionConfig;
use crate::hook::{Cap, Peer};
use crate::typed::Capability;

/// Everything that is decided about an endpoint before it runs.
#[derive(Clone)]
pub(in crate::endpoint) struct Settings {
    pub(in crate::endpoint) main: MainFactory,
    pub(in crate::endpoint) config: SessionConfig,
    pub(in crate::endpoint) origins: Origins,
    pub(in crate::endpoint) hosts: Hosts,
    pub(in crate::endpoint) cors: Cors,
    /// How long a batch may take, from its first byte to its answer.
    pub(in crate::endpoint) batch_timeout: Duration,
    /// How long a client may take for each share of an answer.
    pub(in crate::endpoint) answer_timeout: Duration,
    /// How long a client may take to say what it wants.
    pub(in crate::endpoint) handshake_timeout: Duration,
    /// How long sessions may go on once the endpoint is to close.
    pub(in crate::endpoint) grace: Duration,
    pub(in crate::endpoint) max_connections: usize,
    pub(in crate::endpoint) max_handshakes: usize,
}

/// What each connection is served.
pub(in crate::endpoint) type MainFactory = Arc<dyn Fn(&Peer) -> Cap + Send + Sync>;

/// Whether web pages of other origins may read the answers to their batches (protocol T-29).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::endpoint) enum Cors {
    /// No page may.
    Off,
    /// Those may whose origins are admitted.
    Admitted,
}

impl Settings {
    /// Serves `main`, with what holds unless something else is said.
    pub(in crate::endpoint) fn new(main: MainFactory) -> Self {
        Self {
            main,
            config: SessionConfig::default(),
            origins: Origins::same(),
            hosts: Hosts::Any,
            cors: Cors::Off,
            batch_timeout: Duration::from_secs(30),
            answer_timeout: Duration::from_secs(30),
            handshake_timeout: Duration::from_secs(10),
            grace: Duration::from_secs(30),
            max_connections: 16_384,
            max_handshakes: 1_024,
        }
    }

    /// Returns how long an endpoint may take to close.
    pub(in crate::endpoint) fn time_to_close(&self) -> Duration {
        self.grace.saturating_add(FAREWELL)
    }
}

/// Takes the type from what a user's function makes for each connection.
pub(in crate::endpoint) fn main_factory<C: Capability>(
    main: impl Fn(&Peer) -> C + Send + Sync + 'static,
) -> MainFactory {
    Arc::new(move |peer| main(peer).into_stub().into_cap())
}

/// How long the last words of sessions may take.
const FAREWELL: Duration = Duration::from_secs(15);
