//! The laws of stores of references: those of the runtime, and those of uses.

use std::sync::Arc;

use capnweb_runtime::sturdy::{Record, RecordId, laws};
use serde_json::json;

use crate::model::Timestamp;
use crate::store::{ReferenceStore, Uses};

/// Puts to a store every law but that of durability.
pub(crate) async fn hold_for<S: ReferenceStore>(empty: impl Fn() -> S) {
    laws::hold(&empty).await;
    counted(&empty()).await;
    no_more_than_the_limit(Arc::new(empty())).await;
    forgotten(Arc::new(empty())).await;
}

/// Puts to a store that uses are there when it is opened again.
pub(crate) async fn last<S: ReferenceStore>(open: impl Fn() -> S) {
    insert(&open(), 1).await;
    assert!(open().count_use(id(1), at(4), Some(1)).await.unwrap());
    assert!(!open().count_use(id(1), at(5), Some(1)).await.unwrap());
    let (count, last) = (1, at(4));
    let uses = open().uses().await.unwrap();
    assert_eq!(uses.get(&id(1)), Some(&Uses { count, last }));
}

async fn counted(store: &impl ReferenceStore) {
    let (first, other) = (id(1), id(2));
    assert!(store.uses().await.unwrap().is_empty());
    insert(store, 1).await;
    insert(store, 2).await;
    assert!(store.count_use(first, at(5), Some(2)).await.unwrap());
    assert!(store.count_use(first, at(6), Some(2)).await.unwrap());
    assert!(!store.count_use(first, at(7), Some(2)).await.unwrap());
    assert!(store.count_use(other, at(8), None).await.unwrap());
    let uses = store.uses().await.unwrap();
    let (count, last) = (2, at(6));
    assert_eq!(uses.get(&first), Some(&Uses { count, last }));
    assert_eq!(uses.get(&other).map(|uses| uses.count), Some(1));
}

/// The fault: an invitation for one that two can use who come at the same time.
async fn no_more_than_the_limit<S: ReferenceStore>(store: Arc<S>) {
    insert(&*store, 1).await;
    let asking: Vec<_> = (0..16)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.count_use(id(1), at(1), Some(3)).await.unwrap() })
        })
        .collect();
    let mut granted = 0;
    for asked in asking {
        granted += usize::from(asked.await.unwrap());
    }
    assert_eq!(granted, 3);
}

async fn forgotten<S: ReferenceStore>(store: Arc<S>) {
    insert(&*store, 1).await;
    assert!(store.count_use(id(1), at(1), Some(1)).await.unwrap());
    store.remove(vec![id(1)]).await.unwrap();
    assert!(store.uses().await.unwrap().is_empty());
}

async fn insert(store: &impl ReferenceStore, number: u8) {
    let record =
        json!({"id": id(number), "origin": {"made": {"kind": "k", "key": ""}}, "sealedAt": 1});
    let record: Record = serde_json::from_value(record).unwrap();
    store.insert(record, 9).await.unwrap();
}

const fn id(number: u8) -> RecordId {
    RecordId::new([number; 32])
}

const fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis)
}
