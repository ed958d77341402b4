//! What is in a store, and what becomes of it.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::contract::Spending;
use crate::sturdy::error::StoreError;
use crate::sturdy::record::{CounterId, Record, RecordId, Revocation};

/// All records, and what was used of what they count.
#[derive(Debug, Default)]
pub(super) struct Tables {
    records: HashMap<RecordId, Entry>,
    /// How many changes it would take to make these tables out of empty ones.
    changes: usize,
}

#[derive(Debug)]
struct Entry {
    record: Record,
    used: HashMap<CounterId, u64>,
}

/// What a store is asked to do.
#[derive(Debug)]
pub(super) enum Ask {
    Insert(Record, usize),
    Revoke(RecordId, Revocation),
    Spend(Spending),
    Remove(Vec<RecordId>),
}

/// What has happened: a line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) enum Change {
    Insert(Record),
    Revoke {
        id: RecordId,
        revocation: Revocation,
    },
    Spend {
        record: RecordId,
        counter: CounterId,
        amount: u64,
    },
    Remove(RecordId),
}

/// What is to happen, and what is answered once it has.
#[derive(Debug)]
pub(super) struct Decision {
    pub(super) changes: Vec<Change>,
    pub(super) answer: u64,
}

impl Tables {
    /// Decides what becomes of what is asked; changes nothing.
    pub(super) fn decide(&self, ask: Ask) -> Result<Decision, StoreError> {
        match ask {
            Ask::Insert(record, max_records) => self.insert(record, max_records),
            Ask::Revoke(id, revocation) => self.revoke(id, revocation),
            Ask::Spend(spending) => self.spend(spending),
            Ask::Remove(ids) => Ok(self.remove(ids)),
        }
    }

    /// Makes a change happen; returns whether it fits what is there.
    pub(super) fn apply(&mut self, change: Change) -> bool {
        let before = self.changes;
        match change {
            Change::Insert(record) => self.add(record),
            Change::Revoke { id, revocation } => {
                let entry = self.records.get_mut(&id);
                entry.is_some_and(|entry| entry.record.revoked.replace(revocation).is_none())
            }
            Change::Spend {
                record,
                counter,
                amount,
            } => {
                let Some(entry) = self.records.get_mut(&record) else {
                    return false;
                };
                let counters = entry.used.len();
                let used = entry.used.entry(counter).or_default();
                *used = used.saturating_add(amount);
                self.changes = before.saturating_add(entry.used.len().saturating_sub(counters));
                true
            }
            Change::Remove(id) => {
                let Some(removed) = self.records.remove(&id) else {
                    return false;
                };
                self.changes = before.saturating_sub(removed.used.len().saturating_add(1));
                true
            }
        }
    }

    pub(super) fn find(&self, id: RecordId) -> Option<Record> {
        self.records.get(&id).map(|entry| entry.record.clone())
    }

    pub(super) fn list(&self) -> Vec<Record> {
        let records = self.records.values();
        records.map(|entry| entry.record.clone()).collect()
    }

    pub(super) fn spent(&self, record: RecordId, counter: CounterId) -> u64 {
        let entry = self.records.get(&record);
        let used = entry.and_then(|entry| entry.used.get(&counter));
        used.copied().unwrap_or(0)
    }

    /// Returns how many changes it would take to make these tables out of empty ones.
    pub(super) const fn size(&self) -> usize {
        self.changes
    }

    /// Returns changes that make these tables out of empty ones.
    pub(super) fn history(&self) -> impl Iterator<Item = Change> + '_ {
        self.records.values().flat_map(|entry| {
            let record = entry.record.id;
            let spent = entry
                .used
                .iter()
                .map(move |(&counter, &amount)| Change::Spend {
                    record,
                    counter,
                    amount,
                });
            std::iter::once(Change::Insert(entry.record.clone())).chain(spent)
        })
    }

    fn add(&mut self, record: Record) -> bool {
        if self.records.contains_key(&record.id) {
            return false;
        }
        let used = HashMap::new();
        drop(self.records.insert(record.id, Entry { record, used }));
        self.changes = self.changes.saturating_add(1);
        true
    }

    fn insert(&self, record: Record, max_records: usize) -> Result<Decision, StoreError> {
        if self.records.contains_key(&record.id) {
            return Err(StoreError::Exists);
        }
        if self.records.len() >= max_records {
            return Err(StoreError::TooManyRecords(max_records));
        }
        Ok(Decision::to(Change::Insert(record), 0))
    }

    fn revoke(&self, id: RecordId, revocation: Revocation) -> Result<Decision, StoreError> {
        match self.records.get(&id) {
            None => Err(StoreError::Missing),
            Some(entry) if entry.record.revoked.is_some() => Ok(Decision::nothing()),
            Some(_) => Ok(Decision::to(Change::Revoke { id, revocation }, 1)),
        }
    }

    fn spend(&self, spending: Spending) -> Result<Decision, StoreError> {
        let Spending {
            record,
            counter,
            limit,
            ..
        } = spending;
        let entry = self.records.get(&record).ok_or(StoreError::Missing)?;
        let used = entry.used.get(&counter);
        if used.is_none() && entry.used.len() >= spending.max_counters {
            return Err(StoreError::TooManyCounters(spending.max_counters));
        }
        let left = limit.saturating_sub(used.copied().unwrap_or(0));
        let amount = spending.wanted.min(left);
        if amount == 0 {
            return Ok(Decision::nothing());
        }
        let change = Change::Spend {
            record,
            counter,
            amount,
        };
        Ok(Decision::to(change, amount))
    }

    fn remove(&self, ids: Vec<RecordId>) -> Decision {
        let there = ids.into_iter().filter(|id| self.records.contains_key(id));
        Decision {
            changes: there.map(Change::Remove).collect(),
            answer: 0,
        }
    }
}

impl Decision {
    fn to(change: Change, answer: u64) -> Self {
        Self {
            changes: vec![change],
            answer,
        }
    }

    const fn nothing() -> Self {
        Self {
            changes: Vec::new(),
            answer: 0,
        }
    }
}
