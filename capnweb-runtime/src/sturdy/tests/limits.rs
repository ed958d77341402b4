//! What happens at each limit, to whoever meets it and to whoever does not.

use super::support::{NoteStub, Office, Pad, Parts};
use crate::sturdy::record::CounterId;
use crate::sturdy::{
    Caveat, MemoryStore, Record, RecordId, Refusal, RestoreError, RestorerStub, Revocation,
    SealError, Spending, StoreError, StoreFuture, SturdyStore,
};
use crate::{Limits, Session, in_process};

#[tokio::test]
async fn records_are_bounded() {
    let office = Office::limited(|limits| limits.max_records = 2);
    let bystander = office.seal([]).await;
    let second = office.seal([]).await;
    let third = office.registry.seal_as("note", "1", []).await.unwrap_err();
    assert!(
        matches!(third, SealError::Store(StoreError::TooManyRecords(2))),
        "{third}"
    );
    let derived = office.registry.derive(&bystander, []).await;
    assert!(derived.is_err());
    assert!(office.restore(&bystander).await.is_ok());
    office
        .registry
        .revoke(&second, "to make room")
        .await
        .unwrap();
    assert!(
        office.registry.seal_as("note", "1", []).await.is_err(),
        "until it is purged"
    );
    office.registry.purge().await.unwrap();
    office.seal([]).await;
}

/// The fault: one that the store did not take would be held all the same.
#[tokio::test]
async fn live_objects_are_bounded() {
    let office = Office::limited(|limits| (limits.max_live, limits.max_records) = (2, 3));
    let seal = async || {
        let note = NoteStub::new(Pad::new("live"));
        office.registry.seal(&note, []).await
    };
    let bystander = seal().await.unwrap();
    let second = seal().await.unwrap();
    let third = seal().await.unwrap_err();
    assert!(matches!(third, SealError::TooManyLive(2)), "{third}");
    assert!(office.restore(&bystander).await.is_ok());
    office
        .registry
        .revoke(&second, "to make room")
        .await
        .unwrap();
    seal().await.unwrap();
    office
        .registry
        .revoke(&bystander, "to make room")
        .await
        .unwrap();
    let fourth = seal().await.unwrap_err();
    assert!(matches!(fourth, SealError::Store(_)), "{fourth}");
    office.registry.purge().await.unwrap();
    seal().await.unwrap();
}

#[tokio::test]
async fn keys_are_bounded() {
    let office = Office::limited(|limits| limits.max_key_bytes = 8);
    office.registry.seal_as("note", "1234", []).await.unwrap();
    let longer = office
        .registry
        .seal_as("note", "12345", [])
        .await
        .unwrap_err();
    assert!(matches!(longer, SealError::KeyTooLong(8)), "{longer}");
}

#[tokio::test]
async fn derivations_are_bounded() {
    let office = Office::limited(|limits| limits.max_depth = 3);
    let mut reference = office.seal([]).await;
    for _ in 0..3 {
        reference = office.registry.derive(&reference, []).await.unwrap();
    }
    let deeper = office.registry.derive(&reference, []).await.unwrap_err();
    assert!(matches!(deeper, SealError::TooDeep(3)), "{deeper}");
    assert!(
        office
            .restore(&reference)
            .await
            .unwrap()
            .text()
            .await
            .is_ok()
    );
}

/// The fault: a chain as long as it may be would be broken by the limit on wrappers.
#[tokio::test]
async fn the_deepest_and_longest_reference_works() {
    let office = Office::new();
    let mut reference = office.seal([]).await;
    for _ in 0..16 {
        reference = office.registry.derive(&reference, []).await.unwrap();
    }
    for _ in 0..16 {
        reference = reference.narrow(Caveat::calls(100)).unwrap();
        reference = reference.narrow(Caveat::methods(["text"])).unwrap();
    }
    assert!(
        office
            .restore(&reference)
            .await
            .unwrap()
            .text()
            .await
            .is_ok()
    );
}

/// The fault: each step of a derivation is one more wrapper, of which there may be no more than 64, and
/// which every call passes.
#[tokio::test]
async fn however_often_it_was_derived_there_is_one_wrapper() {
    let office = Office::limited(|limits| limits.max_depth = 100);
    let root = office.seal([]).await;
    let mut reference = office.registry.derive(&root, []).await.unwrap();
    for _ in 1..100 {
        reference = office.registry.derive(&reference, []).await.unwrap();
    }
    let note = office.restore(&reference).await.unwrap();
    note.text().await.unwrap();
    office.registry.revoke(&root, "over").await.unwrap();
    assert!(note.text().await.unwrap_err().is_revoked());
    office.refuses(&reference, Refusal::Revoked).await;
}

/// If it failed, any holder could fill the store with caveats that it has made up.
#[tokio::test]
async fn a13_counters_are_bounded_for_each_record() {
    let office = Office::limited(|limits| limits.max_counters = 3);
    let (reference, bystander) = (office.seal([]).await, office.seal([]).await);
    let early = reference.narrow(Caveat::calls(9)).unwrap();
    let note = office.restore(&early).await.unwrap();
    for _ in 0..2 {
        let shot = reference.narrow(Caveat::one_shot()).unwrap();
        assert!(office.restore(&shot).await.is_ok());
    }
    for caveat in [Caveat::one_shot(), Caveat::calls(9)] {
        let late = reference.narrow(caveat).unwrap();
        office.refuses(&late, Refusal::TooManyCounters).await;
    }
    note.text().await.unwrap();
    assert!(office.restore(&early).await.is_ok());
    assert!(office.restore(&reference).await.is_ok());
    let shot = bystander.narrow(Caveat::one_shot()).unwrap();
    assert!(office.restore(&shot).await.is_ok());
}

/// The fault: names that are too long to keep would be kept.
#[tokio::test]
async fn a_reference_of_the_greatest_size_is_restored_and_derived_from() {
    let office = Office::new();
    let mut parts = Parts::of(&office.seal([]).await);
    for _ in 0..2 {
        let names = "x".repeat(1_000);
        parts = parts.narrow(format!(r#"{{"methods":["{names}","text"]}}"#).as_bytes());
    }
    let mut reference = parts.build();
    for _ in 0..16 {
        reference = office.registry.derive(&reference, []).await.unwrap();
    }
    assert!(
        office
            .restore(&reference)
            .await
            .unwrap()
            .text()
            .await
            .is_ok()
    );
}

/// A1. The fault: whoever presents all of its guesses at once has each of them looked up, before the first
/// is known to be wrong.
#[tokio::test]
async fn a1_guesses_that_are_made_at_once_are_counted_too() {
    let office = Office::over(Slow(MemoryStore::new()));
    let good = office.seal([]).await;
    let elsewhere = Office::new();
    let (restorer, _session) = session(&office);
    let (neighbour, _other) = session(&office);
    let mut guesses = Vec::new();
    for _ in 0..100 {
        let guess = elsewhere.seal([]).await;
        guesses.push(restorer.restore(guess.expose()));
    }
    let (mut wrong, mut refused) = (0, 0);
    for guess in guesses {
        match guess.await {
            Err(RestoreError::NoSuchReference) => wrong += 1,
            Err(RestoreError::TooManyAttempts) => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((wrong, refused), (10, 90));
    assert!(restorer.restored::<NoteStub>(&good).await.is_err());
    let many: Vec<_> = (0..100)
        .map(|_| neighbour.restored::<NoteStub>(&good))
        .collect();
    for restored in many {
        assert!(restored.await.is_ok(), "those that work are not counted");
    }
}

fn session(office: &Office) -> (RestorerStub, Session) {
    let nobody = NoteStub::new(Pad::default());
    in_process(nobody, office.registry.restorer(), Limits::default())
}

/// A store that others have their turn before.
struct Slow(MemoryStore);

impl SturdyStore for Slow {
    fn insert(&self, record: Record, max_records: usize) -> StoreFuture<'_, ()> {
        self.0.insert(record, max_records)
    }

    fn find(&self, id: RecordId) -> StoreFuture<'_, Option<Record>> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            self.0.find(id).await
        })
    }

    fn list(&self) -> StoreFuture<'_, Vec<Record>> {
        self.0.list()
    }

    fn revoke(&self, id: RecordId, revocation: Revocation) -> StoreFuture<'_, bool> {
        self.0.revoke(id, revocation)
    }

    fn spend(&self, spending: Spending) -> StoreFuture<'_, u64> {
        self.0.spend(spending)
    }

    fn spent(&self, record: RecordId, counter: CounterId) -> StoreFuture<'_, u64> {
        self.0.spent(record, counter)
    }

    fn remove(&self, ids: Vec<RecordId>) -> StoreFuture<'_, ()> {
        self.0.remove(ids)
    }
}
