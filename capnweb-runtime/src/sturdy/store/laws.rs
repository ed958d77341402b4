//! What every store is asked in tests: the laws of [`SturdyStore`], put to one.
//!
//! ```
//! use capnweb_runtime::MemoryStore;
//! use capnweb_runtime::sturdy::laws;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! laws::hold(MemoryStore::new).await;
//! # }
//! ```
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a store that does not answer has broken them"
)]

use std::sync::Arc;

use crate::sturdy::caveat::{Bound, Written};
use crate::sturdy::error::StoreError;
use crate::sturdy::record::{CounterId, Origin, Record, RecordId, Revocation};
use crate::sturdy::store::contract::{Spending, SturdyStore};

/// Puts to a store every law but that of durability. `empty` makes a store that is empty, each time
/// that it is called; it is called several times.
///
/// Run it on a runtime of several threads, so that those who are to get into each other's way do.
///
/// # Panics
///
/// When the store breaks a law: with which one.
pub async fn hold<S: SturdyStore>(empty: impl Fn() -> S) {
    whole(&empty()).await;
    once(&empty()).await;
    bounded(&empty()).await;
    last(&empty()).await;
    exact(&empty()).await;
    exact_for_many(Arc::new(empty())).await;
    gone(&empty()).await;
}

/// Puts the law of durability to a store: what was answered is there when the store is opened again.
/// `open` opens the same place each time, which is empty at first; it is called several times, each
/// time when the store before was dropped.
///
/// That a crash changes nothing of it, only a test that kills its process can tell.
///
/// # Panics
///
/// When the store breaks the law.
pub async fn last_when_opened_again<S: SturdyStore>(open: impl Fn() -> S) {
    let record = record(1);
    open().insert(record.clone(), 9).await.unwrap();
    open().insert(self::record(2), 9).await.unwrap();
    assert_eq!(open().find(record.id).await.unwrap(), Some(record.clone()));
    assert_eq!(open().spend(spending(1, 1, 3)).await.unwrap(), 3);
    assert_eq!(open().spend(spending(1, 1, 3)).await.unwrap(), 2, "of 5");
    assert_eq!(open().spent(record.id, counter(1)).await.unwrap(), 5);
    assert!(open().revoke(record.id, revocation("first")).await.unwrap());
    assert!(!open().revoke(record.id, revocation("again")).await.unwrap());
    let found = open().find(record.id).await.unwrap().unwrap();
    assert_eq!(found.revoked, Some(revocation("first")));
    open().remove(vec![record.id]).await.unwrap();
    let store = open();
    assert_eq!(store.find(record.id).await.unwrap(), None);
    assert_eq!(store.list().await.unwrap(), [self::record(2)]);
}

async fn whole(store: &impl SturdyStore) {
    assert!(store.list().await.unwrap().is_empty(), "law 1: empty");
    assert_eq!(store.find(record(1).id).await.unwrap(), None, "law 1");
    for number in 1..=4 {
        store.insert(record(number), 9).await.unwrap();
    }
    for number in 1..=4 {
        let found = store.find(record(number).id).await.unwrap();
        assert_eq!(found, Some(record(number)), "law 2: whole");
    }
    let mut listed = store.list().await.unwrap();
    listed.sort_by_key(|record| record.id);
    assert_eq!(listed, (1..=4).map(record).collect::<Vec<_>>(), "law 2");
}

async fn once(store: &impl SturdyStore) {
    store.insert(record(1), 9).await.unwrap();
    store.revoke(record(1).id, revocation("why")).await.unwrap();
    let again = store.insert(record(1), 9).await;
    assert!(
        matches!(again, Err(StoreError::Exists)),
        "law 3: once, {again:?}"
    );
    let found = store.find(record(1).id).await.unwrap().unwrap();
    assert!(found.revoked.is_some(), "law 3: it was inserted again");
}

async fn bounded(store: &impl SturdyStore) {
    store.insert(record(1), 2).await.unwrap();
    store.insert(record(2), 2).await.unwrap();
    let third = store.insert(record(3), 2).await;
    assert!(
        matches!(third, Err(StoreError::TooManyRecords(2))),
        "law 4: bounded, {third:?}"
    );
    assert_eq!(store.find(record(3).id).await.unwrap(), None, "law 4");
    for number in 1..=2 {
        assert_eq!(store.spend(spending(1, number, 1)).await.unwrap(), 1);
    }
    let third = store.spend(spending(1, 3, 1)).await;
    assert!(
        matches!(third, Err(StoreError::TooManyCounters(2))),
        "law 4: {third:?}"
    );
    let known = store.spend(spending(1, 2, 1)).await;
    assert_eq!(known.unwrap(), 1, "law 4: what is there goes on working");
    let other = store.spend(spending(2, 3, 1)).await;
    assert_eq!(
        other.unwrap(),
        1,
        "law 4: counters are bounded for each record"
    );
    store.remove(vec![record(2).id]).await.unwrap();
    store.insert(record(3), 2).await.unwrap();
}

async fn last(store: &impl SturdyStore) {
    let none = store.revoke(record(1).id, revocation("no")).await;
    assert!(matches!(none, Err(StoreError::Missing)), "law 5: {none:?}");
    store.insert(record(1), 9).await.unwrap();
    store.insert(record(2), 9).await.unwrap();
    assert!(
        store.revoke(record(1).id, revocation("one")).await.unwrap(),
        "law 5"
    );
    assert!(
        !store.revoke(record(1).id, revocation("two")).await.unwrap(),
        "law 5"
    );
    let found = store.find(record(1).id).await.unwrap().unwrap();
    assert_eq!(found.revoked, Some(revocation("one")), "law 5: final");
    let bystander = store.find(record(2).id).await.unwrap();
    assert_eq!(bystander, Some(record(2)), "law 5: another was revoked");
}

async fn exact(store: &impl SturdyStore) {
    store.insert(record(1), 9).await.unwrap();
    let none = store.spend(spending(2, 1, 1)).await;
    assert!(matches!(none, Err(StoreError::Missing)), "law 6: {none:?}");
    assert_eq!(
        store.spent(record(1).id, counter(1)).await.unwrap(),
        0,
        "law 6"
    );
    assert_eq!(store.spend(spending(1, 1, 3)).await.unwrap(), 3, "law 6");
    assert_eq!(
        store.spend(spending(1, 1, 3)).await.unwrap(),
        2,
        "law 6: what is left"
    );
    assert_eq!(store.spend(spending(1, 1, 3)).await.unwrap(), 0, "law 6");
    assert_eq!(
        store.spent(record(1).id, counter(1)).await.unwrap(),
        5,
        "law 6"
    );
    assert_eq!(
        store.spend(spending(1, 2, 1)).await.unwrap(),
        1,
        "law 6: another"
    );
}

async fn exact_for_many<S: SturdyStore>(store: Arc<S>) {
    store.insert(record(1), 9).await.unwrap();
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.spend(spending(1, 1, 1)).await.unwrap() })
        })
        .collect();
    let mut granted = 0;
    for task in tasks {
        granted += task.await.unwrap();
    }
    assert_eq!(granted, 5, "law 6: for many at the same time");
}

async fn gone(store: &impl SturdyStore) {
    for number in 1..=3 {
        store.insert(record(number), 9).await.unwrap();
    }
    assert_eq!(store.spend(spending(1, 1, 5)).await.unwrap(), 5);
    let removed = vec![record(1).id, record(2).id, record(8).id];
    store.remove(removed).await.unwrap();
    assert_eq!(store.find(record(1).id).await.unwrap(), None, "law 7: gone");
    assert_eq!(store.list().await.unwrap(), [record(3)], "law 7");
    assert_eq!(
        store.spent(record(1).id, counter(1)).await.unwrap(),
        0,
        "law 7"
    );
    store.insert(record(1), 9).await.unwrap();
    assert_eq!(
        store.spend(spending(1, 1, 5)).await.unwrap(),
        5,
        "law 7: its counters"
    );
}

/// A record, of which every field is used by some.
fn record(number: u8) -> Record {
    let id = RecordId::new([number; 32]);
    let origin = match number % 3 {
        0 => Origin::Live {
            interface: "Note".to_owned(),
        },
        1 => Origin::Made {
            kind: "note".to_owned(),
            key: "line 1\nline 2 \u{2028} \"quoted\" \\ é 😀 \u{0}".to_owned(),
        },
        _ => Origin::Derived {
            from: RecordId::new([1; 32]),
        },
    };
    let caveats = [
        Written::Expires(u64::MAX),
        Written::Methods(vec!["read".to_owned(), String::new()]),
        Written::OneShot("nonce".to_owned()),
        Written::Calls {
            limit: u64::MAX,
            nonce: "nonce".to_owned(),
        },
    ];
    let bound = |caveat| Bound {
        caveat,
        counter: counter(number),
        record: id,
    };
    Record {
        id,
        origin,
        sealed_at: u64::from(number),
        expires_at: number.is_multiple_of(2).then_some(u64::MAX),
        revoked: None,
        inherited: caveats.into_iter().take(number.into()).map(bound).collect(),
    }
}

fn revocation(reason: &str) -> Revocation {
    Revocation {
        at: 7,
        reason: reason.to_owned(),
    }
}

const fn counter(number: u8) -> CounterId {
    CounterId::new([number; 32])
}

fn spending(record: u8, counter: u8, wanted: u64) -> Spending {
    Spending {
        record: RecordId::new([record; 32]),
        counter: self::counter(counter),
        wanted,
        limit: 5,
        max_counters: 2,
    }
}
