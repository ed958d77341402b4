//! An attempt's assignment, whatever connection it is reached over.

use std::sync::OnceLock;

use capnweb_runtime::{Error, ReconnectingClient, Result, Value, capability};
use tokio::sync::watch;

use crate::caps::{AssignmentStub, GatewayStub};

/// Where the assignment of an attempt is.
#[derive(Debug, Clone)]
pub(super) enum Place {
    /// It came over a session.
    Here {
        /// The session's number.
        session: u64,
        assignment: AssignmentStub,
    },
    /// The attempt is another worker's, or has ended.
    Gone,
}

/// Finds the assignment on the connection of the moment. It is asked within this process only.
#[capability]
pub(super) trait Slot {
    /// Waits until the worker has joined on that connection, and returns the assignment.
    async fn current(&self) -> Result<AssignmentStub>;
}

struct Watched {
    place: watch::Receiver<Place>,
    client: ReconnectingClient<GatewayStub>,
}

/// A reference to an attempt's assignment that lasts as long as the attempt: a call that is made while
/// there is no connection waits for one, and for the worker to be itself again. It is made when it is
/// first asked for: many handlers need nothing but their parameters.
pub(super) struct Lasting {
    client: ReconnectingClient<GatewayStub>,
    place: watch::Receiver<Place>,
    made: OnceLock<AssignmentStub>,
}

impl Lasting {
    pub(super) const fn new(
        client: ReconnectingClient<GatewayStub>,
        place: watch::Receiver<Place>,
    ) -> Self {
        Self {
            client,
            place,
            made: OnceLock::new(),
        }
    }

    /// Returns the reference.
    pub(super) fn assignment(&self) -> &AssignmentStub {
        self.made.get_or_init(|| {
            let (client, place) = (self.client.clone(), self.place.clone());
            let slot = SlotStub::new(Watched { place, client });
            let main = self.client.main();
            self.client.derive(&main, move |_| slot.current())
        })
    }

    /// Returns what it is reached through.
    pub(super) const fn client(&self) -> &ReconnectingClient<GatewayStub> {
        &self.client
    }
}

impl Slot for Watched {
    async fn current(&self) -> Result<AssignmentStub> {
        let mut place = self.place.clone();
        let settled = |place: &Place| match place {
            Place::Here { session, .. } => Some(*session) == self.session(),
            Place::Gone => true,
        };
        let place = place.wait_for(settled).await;
        match place.map_err(|_| gone())?.clone() {
            Place::Here { assignment, .. } => Ok(assignment),
            Place::Gone => Err(gone()),
        }
    }
}

impl Watched {
    fn session(&self) -> Option<u64> {
        self.client.session().map(|session| session.id())
    }
}

fn gone() -> Error {
    let error = Error::new("the attempt has ended, or is another worker's");
    error.with_prop("code", Value::String("ATTEMPT_ENDED".to_owned()))
}
