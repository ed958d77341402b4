//! Sealing, revoking, listing, purging.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::support::{NoteReaderStub, NoteStub, Office, Pad, far};
use crate::Capability as _;
use crate::sturdy::{Caveat, FileStore, Origin, Refusal, RestoreError, SealError, SturdyEvent};

#[tokio::test]
async fn a_live_object_is_the_same_one_each_time() {
    let office = Office::new();
    let pad = Pad::new("live");
    let reference = office
        .registry
        .seal(&NoteStub::new(pad.clone()), [])
        .await
        .unwrap();
    office
        .restore(&reference)
        .await
        .unwrap()
        .write("new")
        .await
        .unwrap();
    let text = office
        .restore(&reference)
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert_eq!(text, "new");
    assert_eq!(pad.entered(), 2);
}

#[tokio::test]
async fn a_reference_is_for_one_interface() {
    let office = Office::new();
    let reader: NoteReaderStub = NoteStub::new(Pad::new("live")).attenuate();
    let reference = office.registry.seal(&reader, []).await.unwrap();
    let wrong = office.restore(&reference).await;
    assert!(
        matches!(wrong, Err(RestoreError::WrongInterface)),
        "{wrong:?}"
    );
    let right: NoteReaderStub = office.registry.restore(&reference).await.unwrap();
    assert_eq!(right.text().await.unwrap(), "live");
    let untyped = office.registry.restore_stub(&reference).await.unwrap();
    assert!(
        untyped.call("write", ("x",)).await.is_err(),
        "still a reader"
    );
}

/// The fault: the end of a connection, or of whoever sealed it, would be the end of the object.
#[tokio::test]
async fn the_registry_holds_a_live_object_until_it_is_revoked() {
    let office = Office::new();
    let pad = Pad::new("live");
    let alive = Arc::downgrade(&pad.entered);
    let reference = office.registry.seal(&NoteStub::new(pad), []).await.unwrap();
    assert!(alive.upgrade().is_some());
    let (note, _session) = far(&office.restore(&reference).await.unwrap());
    note.text().await.unwrap();
    office.registry.revoke(&reference, "over").await.unwrap();
    assert!(alive.upgrade().is_none(), "while a peer has a reference");
    assert!(note.text().await.unwrap_err().is_revoked());
}

/// A16. If it failed, a reference that was taken back would be there.
#[tokio::test]
async fn a16_what_is_revoked_is_over_in_every_session() {
    let office = Office::new();
    let reference = office.seal([]).await;
    let bystander = office.seal([]).await;
    let note = office.restore(&reference).await.unwrap();
    let (one, _first) = far(&note);
    let (two, _second) = far(&office.restore(&reference).await.unwrap());
    let beside = office.restore(&bystander).await.unwrap();
    let waiting = two.wait();
    two.text().await.unwrap();
    assert!(
        office
            .registry
            .revoke(&reference, "left the company")
            .await
            .unwrap()
    );
    let error = waiting.await.unwrap_err();
    assert!(
        error.is_revoked() && error.to_string().contains("left the company"),
        "{error}"
    );
    let entered = office.pad.entered();
    for stub in [&note, &one, &two] {
        assert!(stub.text().await.unwrap_err().is_revoked());
    }
    assert_eq!(office.pad.entered(), entered);
    office.refuses(&reference, Refusal::Revoked).await;
    let narrowed = reference.narrow(Caveat::methods(["text"])).unwrap();
    office.refuses(&narrowed, Refusal::Revoked).await;
    assert!(!office.registry.revoke(&reference, "again").await.unwrap());
    assert!(beside.text().await.is_ok());
    let record = reference.record();
    let revoked = |event: &&SturdyEvent| **event == SturdyEvent::Revoked { record };
    assert_eq!(office.told().iter().filter(revoked).count(), 1);
}

/// If it failed, whoever waits for the end of what they have restored would wait for ever.
#[tokio::test]
async fn who_has_restored_it_is_told_that_it_was_revoked() {
    let office = Office::new();
    let reference = office.seal([Caveat::methods(["text"])]).await;
    let derived = office.registry.derive(&reference, []).await.unwrap();
    let told = Arc::<Mutex<Vec<String>>>::default();
    let mut notes = Vec::new();
    for reference in [&reference, &derived] {
        let note = office.restore(reference).await.unwrap();
        let told = Arc::clone(&told);
        note.as_stub()
            .on_broken(move |why| told.lock().unwrap().push(why.to_string()));
        notes.push(note);
    }
    office.registry.revoke(&reference, "over").await.unwrap();
    assert_eq!(*told.lock().unwrap(), ["revoked: over", "revoked: over"]);
}

/// If it failed, whoever had passed a reference on would have got round its revocation.
#[tokio::test]
async fn a8_what_was_derived_dies_with_its_parent() {
    let office = Office::new();
    let root = office.seal([]).await;
    let child = office.registry.derive(&root, []).await.unwrap();
    let sibling = office.registry.derive(&root, []).await.unwrap();
    let grandchild = office.registry.derive(&child, []).await.unwrap();
    let mut notes = Vec::new();
    for reference in [&root, &child, &sibling, &grandchild] {
        notes.push(far(&office.restore(reference).await.unwrap()));
    }
    office.registry.revoke(&child, "over").await.unwrap();
    for (note, lives) in notes.iter().zip([true, false, true, false]) {
        assert_eq!(note.0.text().await.is_ok(), lives);
    }
    office.refuses(&child, Refusal::Revoked).await;
    office.refuses(&grandchild, Refusal::Revoked).await;
    assert!(office.restore(&sibling).await.is_ok());
    office.registry.revoke(&root, "over").await.unwrap();
    for (note, _session) in &notes {
        assert!(note.text().await.unwrap_err().is_revoked());
    }
    office.refuses(&sibling, Refusal::Revoked).await;
}

#[tokio::test]
async fn what_is_not_there_can_be_revoked_to_no_effect() {
    let office = Office::new();
    let elsewhere = Office::new().seal([]).await;
    assert!(!office.registry.revoke(&elsewhere, "").await.unwrap());
    let long = "é".repeat(200);
    let reference = office.seal([]).await;
    office
        .registry
        .revoke(reference.record(), &long)
        .await
        .unwrap();
    let records = office.registry.list().await.unwrap();
    let kept = records[0].revoked.as_ref().unwrap();
    assert_eq!(kept.reason, "é".repeat(128));
}

#[tokio::test]
async fn a_list_has_all_that_an_owner_wants_to_know() {
    let office = Office::new();
    let made = office
        .registry
        .seal_as("note", "key 7", [office.in_a_minute()])
        .await
        .unwrap();
    office.pass(Duration::from_secs(1));
    let derived = office.registry.derive(&made, []).await.unwrap();
    office.pass(Duration::from_secs(1));
    let live = NoteStub::new(Pad::default());
    let live = office.registry.seal(&live, []).await.unwrap();
    let records = office.registry.list().await.unwrap();
    let ids: Vec<_> = records.iter().map(|record| record.id).collect();
    assert_eq!(ids, [made.record(), derived.record(), live.record()]);
    let (kind, key) = ("note".to_owned(), "key 7".to_owned());
    assert_eq!(records[0].origin, Origin::Made { kind, key });
    assert_eq!(records[1].parent(), Some(made.record()));
    assert_eq!(records[0].expires_at, Some(1_060_000));
    assert_eq!(
        records[1].expires_at,
        Some(1_060_000),
        "it cannot outlive its parent"
    );
    assert_eq!(records[2].expires_at, None);
}

/// The fault: what is dead would fill the store for ever, or what lives would be thrown out with it.
#[tokio::test]
async fn purging_removes_what_cannot_work_any_more() {
    let office = Office::new();
    let living = office.seal([]).await;
    let kept = office.registry.derive(&living, []).await.unwrap();
    let live = office
        .registry
        .seal(&NoteStub::new(Pad::default()), [])
        .await
        .unwrap();
    let revoked = office.seal([]).await;
    let orphan = office.registry.derive(&revoked, []).await.unwrap();
    let grandchild = office.registry.derive(&orphan, []).await.unwrap();
    office.seal([office.in_a_minute()]).await;
    office.registry.revoke(&revoked, "over").await.unwrap();
    office.pass(Duration::from_mins(1));
    assert_eq!(office.registry.purge().await.unwrap(), 4);
    assert_eq!(office.registry.list().await.unwrap().len(), 3);
    for reference in [&living, &kept, &live] {
        assert!(office.restore(reference).await.is_ok());
    }
    office.refuses(&revoked, Refusal::Unknown).await;
    office.refuses(&grandchild, Refusal::Unknown).await;
    assert_eq!(office.registry.purge().await.unwrap(), 0);
}

/// The fault: a restart would bring back what was used up or taken back, or lose what was not.
#[tokio::test]
async fn a_new_registry_over_the_same_store_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let open = || Office::over(FileStore::open(directory.path().join("references")).unwrap());
    let office = open();
    let kept = office.seal([Caveat::methods(["text"])]).await;
    let child = office.registry.derive(&kept, []).await.unwrap();
    let shot = office.seal([Caveat::one_shot()]).await;
    let counted = office.seal([Caveat::calls(3)]).await;
    let revoked = office.seal([]).await;
    let live = office
        .registry
        .seal(&NoteStub::new(Pad::default()), [])
        .await
        .unwrap();
    office.restore(&shot).await.unwrap();
    let note = office.restore(&counted).await.unwrap();
    note.text().await.unwrap();
    note.text().await.unwrap();
    office.registry.revoke(&revoked, "over").await.unwrap();
    drop((note, office));

    let office = open();
    for reference in [&kept, &child] {
        let note = office.restore(reference).await.unwrap();
        assert!(note.text().await.is_ok() && note.write("x").await.is_err());
    }
    office.refuses(&shot, Refusal::Spent).await;
    office.refuses(&revoked, Refusal::Revoked).await;
    let note = office.restore(&counted).await.unwrap();
    note.text().await.unwrap();
    assert!(note.text().await.is_err(), "three altogether");
    let lost = office.restore(&live).await;
    assert!(matches!(lost, Err(RestoreError::Lost)), "{lost:?}");
    assert_eq!(
        office.registry.purge().await.unwrap(),
        2,
        "the revoked and the lost"
    );
    office.registry.revoke(&kept, "over").await.unwrap();
    drop((note, office));
    let office = open();
    office.refuses(&child, Refusal::Revoked).await;
}

#[tokio::test]
async fn what_cannot_be_restored_is_not_sealed() {
    let office = Office::new();
    let unknown = office.registry.seal_as("nothing", "1", []).await;
    assert!(matches!(unknown, Err(SealError::NoMaker(_))), "{unknown:?}");
    assert!(office.registry.list().await.unwrap().is_empty());
}
