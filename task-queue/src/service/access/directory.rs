//! The accounts that there are, and what is handed out on them.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use capnweb_runtime::sturdy::RecordId;
use capnweb_runtime::{Membrane, Revoker};

use super::seat::Seat;
use crate::model::{AccountId, Charter, Submitter, Timestamp};
use crate::service::refusal::Refusal;
use crate::store::Uses;

/// The accounts that there are.
#[derive(Debug, Default)]
pub(in crate::service) struct Directory(Mutex<Accounts>);

#[derive(Debug, Default)]
struct Accounts {
    entries: HashMap<AccountId, Entry>,
    by_reference: HashMap<RecordId, AccountId>,
}

/// An account.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) charter: Charter,
    pub(super) created: Timestamp,
    /// Of its reference; one that was made by restricting a queue has none.
    pub(super) reference: Option<RecordId>,
    pub(super) revoked: Option<Timestamp>,
    pub(super) uses: Option<Uses>,
    pub(super) live: Option<Live>,
}

/// What is handed out on an account.
#[derive(Debug, Clone)]
pub(super) struct Live {
    pub(super) seat: Seat,
    /// Around everything that its holders reach: so all of it ends together, and what is one's own is
    /// known again when it comes back.
    pub(super) membrane: Membrane,
}

/// What was taken away.
#[derive(Debug, Default)]
pub(super) struct Closed {
    pub(super) accounts: Vec<AccountId>,
    /// Whose tasks are on them.
    pub(super) submitters: Vec<Submitter>,
    pub(super) references: Vec<RecordId>,
    pub(super) revokers: Vec<Revoker>,
}

impl Entry {
    pub(super) const fn new(charter: Charter, created: Timestamp) -> Self {
        Self {
            charter,
            created,
            reference: None,
            revoked: None,
            uses: None,
            live: None,
        }
    }

    /// Returns whether it was made by restricting a queue of those, or one below.
    pub(super) fn is_restricted_below(&self, above: &Submitter) -> bool {
        let own = &self.charter.submitter;
        self.reference.is_none() && own != above && above.sees(own)
    }

    fn check(&self, now: Timestamp) -> Result<(), Refusal> {
        if self.revoked.is_some() || self.charter.is_expired(now) {
            return Err(Refusal::UnknownSecret);
        }
        Ok(())
    }
}

impl Closed {
    /// Returns all accounts that are closed now, those that were before included.
    pub(super) fn all_accounts(&self) -> Vec<AccountId> {
        let submitters = self.submitters.iter();
        submitters.filter_map(Submitter::account).collect()
    }
}

impl Directory {
    /// Adds an account; returns whether there was none of that name.
    pub(super) fn enter(&self, entry: Entry) -> bool {
        let Some(id) = entry.charter.submitter.account() else {
            return false;
        };
        let mut accounts = self.lock();
        if accounts.entries.contains_key(&id) {
            return false;
        }
        if let Some(reference) = entry.reference {
            accounts.by_reference.insert(reference, id);
        }
        accounts.entries.insert(id, entry);
        true
    }

    /// Adds an account that was made by restricting a queue, unless there are as many below the same
    /// as there may be.
    pub(super) fn enter_restricted(
        &self,
        charter: Charter,
        seat: &Seat,
        now: Timestamp,
    ) -> Result<Membrane, Refusal> {
        let (above, id) = (charter.submitter.above(), charter.submitter.account());
        let mut accounts = self.lock();
        let beside = accounts
            .entries
            .values()
            .filter(|entry| entry.reference.is_none() && entry.charter.submitter.above() == above);
        if beside.count() >= MAX_RESTRICTIONS {
            let max = MAX_RESTRICTIONS;
            return Err(Refusal::TooManyRestrictions { max });
        }
        let membrane = seat.membrane(charter.expires, now);
        let live = Live {
            membrane: membrane.clone(),
            seat: seat.clone(),
        };
        let mut entry = Entry::new(charter, now);
        entry.live = Some(live);
        if let Some(id) = id {
            accounts.entries.insert(id, entry);
        }
        Ok(membrane)
    }

    /// Forgets an account that was made by restricting a queue, and is not held any more.
    pub(super) fn forget_restricted(&self, id: AccountId) {
        let mut accounts = self.lock();
        let is_restricted = |entry: &Entry| entry.reference.is_none();
        if accounts.entries.get(&id).is_some_and(is_restricted) {
            let forgotten = accounts.entries.remove(&id);
            drop(accounts);
            // What it let go of may ask for the directory.
            drop(forgotten);
        }
    }

    /// Refuses an account that is not in force, or below one that is not.
    pub(in crate::service) fn check(&self, id: AccountId, now: Timestamp) -> Result<(), Refusal> {
        self.live(id, now).map(drop)
    }

    /// Returns what is handed out on an account, if it is in force, and all above it are.
    pub(super) fn live(&self, id: AccountId, now: Timestamp) -> Result<Live, Refusal> {
        let mut accounts = self.lock();
        let path = accounts.entries.get(&id).ok_or(Refusal::UnknownSecret)?;
        let path = path.charter.submitter.clone();
        let mut above = Seat::supervisor();
        let mut reached = None;
        for account in path.accounts() {
            let entry = accounts.entries.get_mut(account);
            let entry = entry.ok_or(Refusal::UnknownSecret)?;
            entry.check(now)?;
            let live = entry.live.get_or_insert_with(|| {
                let seat = above.below(&entry.charter, now);
                let membrane = seat.membrane(entry.charter.stops_at(), now);
                Live { seat, membrane }
            });
            above = live.seat.clone();
            reached = Some(live.clone());
        }
        reached.ok_or(Refusal::UnknownSecret)
    }

    /// Returns the account of a reference, and its charter.
    pub(super) fn of_reference(&self, reference: RecordId) -> Option<(AccountId, Entry)> {
        let accounts = self.lock();
        let id = *accounts.by_reference.get(&reference)?;
        Some((id, accounts.entries.get(&id)?.clone()))
    }

    /// Returns an account.
    pub(super) fn find(&self, id: AccountId) -> Option<Entry> {
        self.lock().entries.get(&id).cloned()
    }

    /// Notes that an account was used.
    pub(super) fn note_use(&self, id: AccountId, at: Timestamp) {
        if let Some(entry) = self.lock().entries.get_mut(&id) {
            let count = entry.uses.map_or(0, |uses| uses.count);
            let (count, last) = (count.saturating_add(1), at);
            entry.uses = Some(Uses { count, last });
        }
    }

    /// Returns all accounts, the oldest first.
    pub(super) fn list(&self) -> Vec<Entry> {
        let mut entries: Vec<_> = self.lock().entries.values().cloned().collect();
        entries.sort_by_key(|entry| (entry.created, entry.charter.submitter.account()));
        entries
    }

    /// Takes an account away with all that are below it, and if it is asked for, all that they have
    /// minted. What was handed out is for the caller to take back.
    pub(super) fn close(&self, id: AccountId, minted: bool, now: Timestamp) -> Closed {
        let mut accounts = self.lock();
        let doomed = accounts.subtree(id, minted);
        let mut closed = Closed::default();
        for id in doomed {
            accounts.close(id, now, &mut closed);
        }
        closed
    }

    fn lock(&self) -> MutexGuard<'_, Accounts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Accounts {
    fn subtree(&self, id: AccountId, minted: bool) -> HashSet<AccountId> {
        let mut doomed = HashSet::from([id]);
        loop {
            let before = doomed.len();
            for (id, entry) in &self.entries {
                let path = entry.charter.submitter.accounts();
                let is_below = path.iter().any(|above| doomed.contains(above));
                let by = entry.charter.by.filter(|_| minted);
                if is_below || by.is_some_and(|by| doomed.contains(&by)) {
                    doomed.insert(*id);
                }
            }
            if doomed.len() == before {
                return doomed;
            }
        }
    }

    fn close(&mut self, id: AccountId, now: Timestamp, closed: &mut Closed) {
        let Some(entry) = self.entries.get_mut(&id) else {
            return;
        };
        // One that was closed before may not have been stored as such.
        closed.references.extend(entry.reference);
        let submitter = entry.charter.submitter.clone();
        closed.submitters.push(submitter);
        if entry.revoked.is_none() {
            entry.revoked = Some(now);
            closed.accounts.push(id);
        }
        let live = entry.live.take();
        closed
            .revokers
            .extend(live.map(|live| live.seat.revoker().clone()));
        if entry.reference.is_none() {
            self.entries.remove(&id);
        }
    }
}

/// How many queues may be restricted from one at a time.
const MAX_RESTRICTIONS: usize = 1_000;
