//! Minting, redeeming and revoking references to accounts.

use std::fmt;
use std::future::ready;
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

use capnweb_runtime::sturdy::{Origin, StoreError as SturdyError};
use capnweb_runtime::{
    Caveat, Error, Membrane, Registry, RegistryKey, RestoreError, SturdyLimits, SturdyRef,
};
use thiserror::Error;

use super::directory::{Closed, Entry, Live};
use super::invitation::{Defaults, NoAccount, charter};
use crate::caps::{AccountsRevoked, GatewayStub, Invitation, Minted, Revoking};
use crate::engine::{CancelMany, Command, Govern};
use crate::model::{AccountId, Charter, Role, Submitter, TaskId, Timestamp};
use crate::service::gateway::gateway;
use crate::service::hub::Hub;
use crate::service::journal;
use crate::service::members::dismiss_all_of;
use crate::service::refusal::Refusal;
use crate::store::ReferenceStore;

/// Where references are minted, redeemed and revoked.
pub(in crate::service) struct Office {
    hub: Arc<Hub>,
    registry: Registry,
    store: Arc<dyn ReferenceStore>,
    defaults: Defaults,
    /// Where the server is reached, if that is known.
    address: Option<String>,
}

/// Why the references of a queue cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReferencesError {
    /// They cannot be read.
    #[error("they cannot be read: {0}")]
    Store(#[from] SturdyError),
    /// One of them is not as this version writes them.
    #[error("the reference {record} is damaged ({source}): restore a backup, or delete its row")]
    Damaged {
        /// Which.
        record: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

impl Office {
    /// Opens the office over the references that a store has.
    pub(in crate::service) async fn open<S: ReferenceStore + Clone>(
        hub: &Arc<Hub>,
        key: RegistryKey,
        store: S,
        defaults: Defaults,
        address: Option<String>,
    ) -> Result<Arc<Self>, ReferencesError> {
        let registry = Registry::with_limits(key, store.clone(), limits());
        let office = Arc::new_cyclic(|office: &Weak<Self>| {
            let office = Weak::clone(office);
            registry.maker(KIND, move |key| ready(furnished(&office, &key)));
            Self {
                hub: Arc::clone(hub),
                registry,
                store: Arc::new(store),
                defaults,
                address,
            }
        });
        office.take_up().await?;
        Ok(office)
    }

    pub(in crate::service) const fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }

    /// Reads what there is, and clears away what has been dead for long.
    async fn take_up(&self) -> Result<(), ReferencesError> {
        let uses = self.store.uses().await?;
        let now = self.hub.clock.now();
        let mut old = Vec::new();
        for record in self.registry.list().await? {
            let Origin::Made { key, .. } = &record.origin else {
                continue;
            };
            let charter: Charter = read(key).map_err(|source| ReferencesError::Damaged {
                record: record.id.to_string(),
                source,
            })?;
            let revoked = record.revoked.as_ref().map(|revocation| revocation.at);
            let ended = revoked.or(record.expires_at).map(Timestamp::from_millis);
            if ended.is_some_and(|at| at.saturating_add(KEPT) <= now) {
                old.push(record.id);
                continue;
            }
            let created = Timestamp::from_millis(record.sealed_at);
            self.hub.directory.enter(Entry {
                reference: Some(record.id),
                revoked: revoked.map(Timestamp::from_millis),
                uses: uses.get(&record.id).copied(),
                ..Entry::new(charter, created)
            });
        }
        self.store.remove(old).await?;
        Ok(())
    }

    /// Returns how much each account may take up that is in force.
    pub(in crate::service) fn rules(&self) -> Vec<Command> {
        let entries = self.hub.directory.list().into_iter();
        let in_force = entries.filter(|entry| entry.revoked.is_none());
        in_force.filter_map(|entry| rule(&entry.charter)).collect()
    }

    /// Makes an account and its reference.
    pub(super) async fn mint(
        &self,
        wish: Invitation,
        by: Option<AccountId>,
    ) -> Result<Minted, Refusal> {
        let now = self.hub.clock.now();
        let above = match wish.under {
            Some(above) => self.above(above, now)?,
            None => Submitter::SUPERVISOR,
        };
        let charter = charter(wish, &above, by, &self.defaults, now)?;
        let id = charter.submitter.account().ok_or(Refusal::UnknownSecret)?;
        let key = serde_json::to_string(&charter).map_err(|_| Refusal::NotStored)?;
        let caveats = charter.expires.map(|at| Caveat::expires_at(time(at)));
        let sealed = self.registry.seal_as(KIND, key, caveats).await;
        let reference = sealed.map_err(unsealed)?;
        if let Some(rule) = rule(&charter) {
            self.hub.owner.apply(rule).await?;
        }
        self.hub.directory.enter(Entry {
            reference: Some(reference.record()),
            ..Entry::new(charter, now)
        });
        journal::account_minted(id);
        let url = self.address.as_deref();
        let url = url.and_then(|address| reference.to_url(address).ok());
        Ok(Minted {
            id,
            reference: reference.expose(),
            url: url.map(|url| url.expose()),
        })
    }

    /// Returns what a reference stands for, to be handed out.
    pub(in crate::service) async fn redeem(&self, text: &str) -> Result<GatewayStub, Refusal> {
        // A whole link does as well: what the server is reached by is before the fragment.
        let text = text
            .rsplit_once('#')
            .map_or(text, |(_, reference)| reference);
        let reference: SturdyRef = text.parse().map_err(|_| Refusal::UnknownSecret)?;
        let restored = self.registry.restore::<GatewayStub>(&reference).await;
        let gateway = restored.map_err(unrestored)?;
        let found = self.hub.directory.of_reference(reference.record());
        let (id, entry) = found.ok_or(Refusal::UnknownSecret)?;
        self.count_use(id, &entry).await?;
        let now = self.hub.clock.now();
        let live = self.hub.directory.live(id, now)?;
        let membrane = membrane(&live, &reference, &entry.charter, now);
        Ok(membrane.outward(&gateway))
    }

    async fn count_use(&self, id: AccountId, entry: &Entry) -> Result<(), Refusal> {
        let now = self.hub.clock.now();
        let reference = entry.reference.ok_or(Refusal::UnknownSecret)?;
        let counting = Arc::clone(&self.store);
        let limit = entry.charter.uses;
        let counted = async move { counting.count_use(reference, now, limit).await };
        if limit.is_some() {
            if !counted.await.map_err(|_| Refusal::NotStored)? {
                return Err(Refusal::UnknownSecret);
            }
        } else {
            // Nobody waits for what is only good to know.
            drop(tokio::spawn(counted));
        }
        self.hub.directory.note_use(id, now);
        Ok(())
    }

    /// Takes an account away, with all that are below it.
    pub(super) async fn revoke(
        &self,
        id: AccountId,
        how: Revoking,
    ) -> Result<AccountsRevoked, Refusal> {
        if self.hub.directory.find(id).is_none() {
            return Err(Refusal::NoSuchAccount);
        }
        journal::account_revoked(id);
        let reason = how.reason.as_deref().unwrap_or(REASON);
        let now = self.hub.clock.now();
        let closed = self.hub.directory.close(id, how.minted, now);
        let accounts = closed.all_accounts();
        // Their workers first, as long as they can be told; those that join meanwhile find the
        // account closed.
        let dismissed = dismiss_all_of(&self.hub, &accounts).await;
        for revoker in &closed.revokers {
            revoker.revoke(reason);
        }
        for reference in &closed.references {
            let revoked = self.registry.revoke(*reference, reason).await;
            revoked.map_err(|_| Refusal::NotStored)?;
        }
        dismissed?;
        finish(&self.hub, closed, how.cancel).await
    }

    pub(super) fn list(&self) -> Vec<Entry> {
        self.hub.directory.list()
    }

    /// Returns whose account it is that another is to be below.
    fn above(&self, id: AccountId, now: Timestamp) -> Result<Submitter, Refusal> {
        let none = || Refusal::NoAccount(NoAccount::NoneAbove(id));
        let entry = self.hub.directory.find(id).ok_or_else(none)?;
        let is_client = entry.charter.role == Role::Client && entry.reference.is_some();
        if !is_client || self.hub.directory.live(id, now).is_err() {
            return Err(none());
        }
        Ok(entry.charter.submitter)
    }

    /// Makes what an account's holder begins with.
    fn furnish(self: &Arc<Self>, key: &str) -> Result<GatewayStub, Refusal> {
        let charter: Charter = read(key).map_err(|_| Refusal::UnknownSecret)?;
        let id = charter.submitter.account().ok_or(Refusal::UnknownSecret)?;
        let live = self.hub.directory.live(id, self.hub.clock.now())?;
        Ok(gateway(self, live.seat, &charter))
    }
}

/// Ends what the accounts still have in the queue: their rules, and, if it is asked for, their tasks.
pub(super) async fn finish(
    hub: &Hub,
    closed: Closed,
    cancel: bool,
) -> Result<AccountsRevoked, Refusal> {
    for account in &closed.accounts {
        let (account, quotas) = (*account, None);
        let lapse = Command::Govern(Govern { account, quotas });
        hub.owner.apply(lapse).await?;
    }
    let cancelled = if cancel {
        cancel_all(hub, closed.submitters).await?
    } else {
        0
    };
    Ok(AccountsRevoked {
        success: true,
        revoked: closed.accounts,
        cancelled,
    })
}

/// Cancels the tasks of these that have not come to their end; returns how many.
async fn cancel_all(hub: &Hub, submitters: Vec<Submitter>) -> Result<u64, Refusal> {
    let unfinished = hub.owner.read(move |state| {
        let tasks = state.tasks().into_iter();
        let theirs = tasks.filter(|task| {
            !task.status().is_final() && submitters.iter().any(|who| who.sees(&task.submitter))
        });
        theirs.map(|task| task.id).collect::<Vec<TaskId>>()
    });
    let unfinished = unfinished.await?;
    for tasks in unfinished.chunks(AT_ONCE) {
        let tasks = tasks.to_vec();
        hub.owner
            .apply(Command::CancelMany(CancelMany { tasks }))
            .await?;
    }
    Ok(u64::try_from(unfinished.len()).unwrap_or(u64::MAX))
}

/// Returns what stands around all that is reached through a reference: a copy that was narrowed to an
/// earlier end has one that ends then.
fn membrane(live: &Live, reference: &SturdyRef, charter: &Charter, now: Timestamp) -> Membrane {
    let own_end = reference.expires_at().map(timestamp);
    match own_end {
        Some(end) if charter.expires.is_none_or(|expires| end < expires) => {
            live.seat.membrane(Some(end), now)
        }
        _ => live.membrane.clone(),
    }
}

fn furnished(office: &Weak<Office>, key: &str) -> Result<GatewayStub, Error> {
    let office = office.upgrade().ok_or(Refusal::Stopped)?;
    Ok(office.furnish(key)?)
}

/// Returns how much an account may take up, if that is bounded.
pub(super) fn rule(charter: &Charter) -> Option<Command> {
    let account = charter.submitter.account()?;
    let quotas = Some(charter.terms.quotas);
    (charter.role == Role::Client).then_some(Command::Govern(Govern { account, quotas }))
}

fn read(key: &str) -> Result<Charter, serde_json::Error> {
    serde_json::from_str(key)
}

/// All that does not work looks alike.
fn unrestored(error: RestoreError) -> Refusal {
    match error {
        RestoreError::Other(error) if is_of_the_store(&error) => Refusal::NotStored,
        _ => Refusal::UnknownSecret,
    }
}

/// Returns whether the reference may work, and its record could not be read.
fn is_of_the_store(error: &Error) -> bool {
    matches!(error, Error::Io(_))
}

fn unsealed(error: capnweb_runtime::sturdy::SealError) -> Refusal {
    Refusal::NoAccount(error.into())
}

fn time(at: Timestamp) -> SystemTime {
    let since = Duration::from_millis(at.as_millis());
    let time = SystemTime::UNIX_EPOCH.checked_add(since);
    time.unwrap_or(SystemTime::UNIX_EPOCH)
}

fn timestamp(time: SystemTime) -> Timestamp {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    let millis = since.unwrap_or_default().as_millis();
    Timestamp::from_millis(u64::try_from(millis).unwrap_or(u64::MAX))
}

fn limits() -> SturdyLimits {
    let mut limits = SturdyLimits::default();
    limits.max_records = MAX_REFERENCES;
    limits.max_key_bytes = MAX_CHARTER;
    limits
}

impl fmt::Debug for Office {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Office").finish_non_exhaustive()
    }
}

/// The kind of thing that references stand for here.
const KIND: &str = "account";

/// What holders are told if nothing else is said.
const REASON: &str = "the reference was revoked";

/// How many references there can be.
const MAX_REFERENCES: usize = 10_000;

/// How many bytes an account's charter can have.
const MAX_CHARTER: usize = 16 << 10;

/// How long accounts are listed that were revoked or have expired.
const KEPT: Duration = Duration::from_hours(30 * 24);

/// How many tasks are cancelled in a turn of the queue's owner.
const AT_ONCE: usize = 1_000;
