//! The registry: its parts, its makers, and what it tells its owner.

use std::collections::HashMap;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::SystemTime;

use tracing::{debug, info};

use super::gates::Gates;
use crate::error::{Error, Result};
use crate::hook::Stub;
use crate::sturdy::budget::Budgets;
use crate::sturdy::event::SturdyEvent;
use crate::sturdy::failures::Failures;
use crate::sturdy::key::RegistryKey;
use crate::sturdy::limits::SturdyLimits;
use crate::sturdy::record::RecordId;
use crate::sturdy::store::SturdyStore;
use crate::typed::Capability;

/// Gives capabilities names that can be written down, and gives the capabilities back for them.
///
/// It consists of a key, with which it signs, and of a store, in which it keeps what references stand
/// for; with the same two, a new registry restores what an older one has sealed. Whoever holds the
/// registry can seal and revoke; peers are given a [`restorer`](Self::restorer). Clones are the same
/// registry.
///
/// ```
/// use capnweb_runtime::{Caveat, MemoryStore, Registry, RegistryKey, Result, capability};
///
/// #[capability]
/// pub trait Note {
///     async fn text(&self) -> Result<String>;
/// }
///
/// struct Pad(String);
///
/// impl Note for Pad {
///     async fn text(&self) -> Result<String> {
///         Ok(format!("note {}", self.0))
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let registry = Registry::new(RegistryKey::generate()?, MemoryStore::new());
/// registry.maker("note", |key| async move { Ok(NoteStub::new(Pad(key))) });
///
/// let reference = registry.seal_as("note", "7", [Caveat::methods(["text"])]).await?;
/// let note: NoteStub = registry.restore(&reference).await?;
/// assert_eq!(note.text().await?, "note 7");
///
/// registry.revoke(&reference, "no more notes").await?;
/// assert!(note.text().await.unwrap_err().is_revoked());
/// assert!(registry.restore::<NoteStub>(&reference).await.is_err());
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Registry(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) key: RegistryKey,
    pub(super) store: Arc<dyn SturdyStore>,
    pub(super) limits: SturdyLimits,
    pub(super) gates: Gates,
    pub(super) budgets: Budgets,
    failures: Arc<Failures>,
    live: Mutex<HashMap<RecordId, Live>>,
    makers: RwLock<HashMap<String, Maker>>,
    listener: RwLock<Option<Arc<Listener>>>,
    clock: Clock,
}

type Listener = dyn Fn(&SturdyEvent) + Send + Sync;

/// Says what time it is.
pub(in crate::sturdy) type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// An object of this process that references stand for.
#[derive(Clone)]
pub(super) struct Live {
    pub(super) stub: Stub,
    pub(super) members: Members,
}

/// The names of the members of an interface on the wire.
pub(super) type Members = &'static [&'static str];

/// Makes the capabilities of one kind.
#[derive(Clone)]
pub(super) struct Maker {
    pub(super) interface: &'static str,
    pub(super) members: Members,
    pub(super) make: Arc<dyn Fn(String) -> Making + Send + Sync>,
}

type Making = Pin<Box<dyn Future<Output = Result<Stub>> + Send>>;

impl Registry {
    /// Makes a registry out of a key and a store, with [`SturdyLimits::default`].
    pub fn new(key: RegistryKey, store: impl SturdyStore) -> Self {
        Self::with_limits(key, store, SturdyLimits::default())
    }

    /// Like [`new`](Self::new), with limits.
    pub fn with_limits(key: RegistryKey, store: impl SturdyStore, limits: SturdyLimits) -> Self {
        Self::with_clock(key, store, limits, Arc::new(SystemTime::now))
    }

    pub(in crate::sturdy) fn with_clock(
        key: RegistryKey,
        store: impl SturdyStore,
        limits: SturdyLimits,
        clock: Clock,
    ) -> Self {
        Self(Arc::new(Inner {
            key,
            store: Arc::new(store),
            limits,
            gates: Gates::default(),
            budgets: Budgets::default(),
            failures: Arc::default(),
            live: Mutex::default(),
            makers: RwLock::default(),
            listener: RwLock::default(),
            clock,
        }))
    }

    /// Says how capabilities of a kind are made: from the key they were
    /// [sealed with](Self::seal_as). It is asked each time that one is restored, and before an
    /// one-shot is used up: it may have made one that is then not handed out.
    ///
    /// Register all makers before references are restored. A second one for the same kind takes the
    /// first one's place.
    ///
    /// A maker that holds this registry keeps it alive for ever.
    pub fn maker<C, F>(
        &self,
        kind: impl Into<String>,
        make: impl Fn(String) -> F + Send + Sync + 'static,
    ) where
        C: Capability,
        F: Future<Output = Result<C>> + Send + 'static,
    {
        let make = move |key| -> Making {
            let under_way = make(key);
            Box::pin(async { under_way.await.map(Capability::into_stub) })
        };
        let maker = Maker {
            interface: C::INTERFACE,
            members: C::MEMBERS,
            make: Arc::new(make),
        };
        let mut makers = self
            .0
            .makers
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        drop(makers.insert(kind.into(), maker));
    }

    /// Has a function called with everything that happens to references: to keep an audit log. It
    /// takes the place of an earlier one. It should be quick, and may not block.
    ///
    /// The same is told to `tracing`: seals and restorations at `DEBUG`, refusals and revocations at
    /// `INFO`.
    pub fn on_event(&self, listener: impl Fn(&SturdyEvent) + Send + Sync + 'static) {
        let mut place = self
            .0
            .listener
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *place = Some(Arc::new(listener));
    }

    /// Returns the limits.
    pub(in crate::sturdy) fn limits(&self) -> &SturdyLimits {
        &self.0.limits
    }

    /// Returns which sessions present what does not work.
    pub(in crate::sturdy) fn failures(&self) -> &Arc<Failures> {
        &self.0.failures
    }

    /// Tells the owner of something.
    pub(in crate::sturdy) fn tell(&self, event: &SturdyEvent) {
        self.0.tell(event);
    }
}

impl Inner {
    pub(super) fn now(&self) -> SystemTime {
        (self.clock)()
    }

    pub(super) fn clock(&self) -> Clock {
        Arc::clone(&self.clock)
    }

    pub(super) fn maker_of(&self, kind: &str) -> Option<Maker> {
        let makers = self.makers.read().unwrap_or_else(PoisonError::into_inner);
        makers.get(kind).cloned()
    }

    pub(super) fn live(&self) -> MutexGuard<'_, HashMap<RecordId, Live>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn tell(&self, event: &SturdyEvent) {
        trace(event);
        let listener = self.listener.read().unwrap_or_else(PoisonError::into_inner);
        let listener = listener.clone();
        if let Some(listener) = listener {
            listener(event);
        }
    }
}

fn trace(event: &SturdyEvent) {
    match event {
        SturdyEvent::Sealed { record, parent } => {
            debug!(?record, ?parent, "sturdy reference sealed");
        }
        SturdyEvent::Restored { record } => debug!(?record, "sturdy reference restored"),
        SturdyEvent::Refused { record, refusal } => {
            info!(
                ?record,
                refusal = refusal.name(),
                "sturdy reference refused"
            );
        }
        SturdyEvent::Revoked { record } => info!(?record, "sturdy reference revoked"),
    }
}

/// Returns the failure of the program that nobody outside is told of.
pub(super) fn internal(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    std::io::Error::other(error).into()
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry")
            .field("live", &self.0.live().len())
            .finish_non_exhaustive()
    }
}
