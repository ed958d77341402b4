//! What a program holds of a reconnecting client.

use std::fmt;
use std::sync::Arc;

use tokio::sync::watch;

use super::core::{Core, Tether};
use super::dial::Dial;
use super::lasting;
use super::settings::Reconnect;
use super::state::ClientState;
use super::supervisor::supervise;
use crate::counters::Counters;
use crate::error::Disconnect;
use crate::hook::Session;
use crate::typed::{Capability, Promise, RpcError};

/// A client that connects again when its connection breaks; [`Connector::reconnecting`] makes one.
///
/// [`main`](Self::main), and what is [derived](Self::derive) from it, work on every connection, one
/// after the other. Everything else, such as what calls have returned, belongs to the connection that
/// it came over, and fails with [`Error::Disconnected`] after that. No call is ever made twice, except
/// those of `derive`.
///
/// Clones are the same client. It ends when [`close`](Self::close) is called, when it gives up, or when
/// the last of its clones, and of its lasting references, is dropped.
///
/// [`Connector::reconnecting`]: crate::Connector::reconnecting
/// [`Error::Disconnected`]: crate::Error::Disconnected
///
#[doc = include_str!("../../../docs/links.txt")]
#[doc = include_str!("../../../docs/reconnect.md")]
#[derive(Clone)]
pub struct ReconnectingClient<C> {
    tether: Arc<Tether>,
    main: C,
}

impl<C: Capability> ReconnectingClient<C> {
    /// Begins to connect.
    pub(in crate::endpoint) fn begin(
        dial: impl Dial,
        settings: Reconnect,
        counters: Counters,
    ) -> Self {
        let core = Core::new(settings, counters);
        let tether = Tether::new(Arc::clone(&core));
        let main = C::from_stub(lasting::main(&tether, C::INTERFACE));
        drop(tokio::spawn(supervise(core, dial)));
        Self { tether, main }
    }

    /// Returns a lasting reference to the server's main object.
    pub fn main(&self) -> C {
        self.main.clone()
    }

    /// Returns a lasting reference to what `derive` gives, which may be called again on every
    /// connection: a call that may be repeated, such as that of a directory, or of what restores a
    /// reference from its name.
    ///
    /// `from` is a lasting reference of this client's: [`main`](Self::main), what was derived from it, or
    /// a facet or another wrapper of these. `derive` is called when the reference is first used on a
    /// connection, and again on the same one if the call failed; two that use it at the same moment may
    /// both call it. It must not wait: what is done with the reference is sent along with its call,
    /// pipelined.
    ///
    /// What is derived from a reference that does not last fails as that does. A panic of `derive` goes
    /// to whoever uses the reference.
    pub fn derive<S: Capability, D: Capability, E: RpcError>(
        &self,
        from: &S,
        derive: impl Fn(&S) -> Promise<D, E> + Send + Sync + 'static,
    ) -> D {
        let from = from.clone();
        let derive = move || derive(&from).as_stub().clone().into_cap();
        let derive = Box::new(derive);
        D::from_stub(lasting::derived(&self.tether, derive, D::INTERFACE))
    }
}

impl<C> ReconnectingClient<C> {
    /// Returns how it is doing.
    pub fn state(&self) -> ClientState {
        self.core().state()
    }

    /// Returns what tells whenever that changes. It does not keep the client from ending.
    pub fn watch(&self) -> watch::Receiver<ClientState> {
        self.core().watch()
    }

    /// Waits until there is a connection. Calls need not: they wait by themselves.
    ///
    /// # Errors
    ///
    /// When there never will be one, because the client was closed or has given up.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops the waiting and nothing else.
    pub async fn connected(&self) -> Result<(), Disconnect> {
        let mut watch = self.watch();
        let settled = |state: &ClientState| state.is_connected() || state.closed().is_some();
        let state = watch.wait_for(settled).await;
        // What sends is held by `self`.
        match state.ok().and_then(|state| state.closed().cloned()) {
            Some(why) => Err(why),
            None => Ok(()),
        }
    }

    /// Waits until the client has ended, and returns why.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops the waiting and nothing else.
    pub async fn closed(&self) -> Disconnect {
        self.core().closed().await
    }

    /// Returns the session of the current connection, if there is one. Closing that breaks the
    /// connection, and the client connects again.
    pub fn session(&self) -> Option<Session> {
        self.core().session()
    }

    /// Ends the client: closes the connection, fails everything that waits with
    /// [`Error::NotSent`](crate::Error::NotSent), and what is under way with
    /// [`Error::MaybeExecuted`](crate::Error::MaybeExecuted). The server is told the reason.
    pub fn close(&self, reason: &str) {
        self.core().close(&Disconnect::Closed(reason.into()));
    }

    fn core(&self) -> &Arc<Core> {
        self.tether.core()
    }
}

impl<C> fmt::Debug for ReconnectingClient<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReconnectingClient")
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}
