//! What several threads do at the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::support::{NoteStub, Office, far};
use crate::sturdy::{Caveat, FileStore, MemoryStore, SturdyRef, SturdyStore};

/// A17. If it failed, what can be used once would be used by all who come at the same moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a17_of_many_at_once_one_has_the_one_shot() {
    let directory = tempfile::tempdir().unwrap();
    race_for_one(FileStore::open(directory.path().join("references")).unwrap()).await;
    race_for_one(MemoryStore::new()).await;
}

async fn race_for_one(store: impl SturdyStore) {
    let office = Arc::new(Office::over(store));
    for _ in 0..20 {
        let reference = office.seal([Caveat::one_shot()]).await;
        assert_eq!(successes(&office, &reference).await, 1);
    }
}

async fn successes(office: &Arc<Office>, reference: &SturdyRef) -> usize {
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (office, reference) = (Arc::clone(office), reference.clone());
            tokio::spawn(async move { office.restore(&reference).await.is_ok() })
        })
        .collect();
    let mut successes = 0;
    for task in tasks {
        successes += usize::from(task.await.unwrap());
    }
    successes
}

/// A17: of `n` calls, exactly `n` enter.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a17_of_many_calls_at_once_as_many_as_may_enter() {
    for limit in [1_u64, 7, 100] {
        let office = Office::new();
        let reference = office.seal([Caveat::calls(limit)]).await;
        let mut tasks = Vec::new();
        let mut notes = Vec::new();
        for _ in 0..4 {
            notes.push(office.restore(&reference).await.unwrap());
        }
        for note in &notes {
            for _ in 0..2 {
                let (note, session) = far(note);
                tasks.push(tokio::spawn(async move {
                    let calls: Vec<_> = (0..30).map(|_| note.text()).collect();
                    let mut answered = 0_u64;
                    for call in calls {
                        answered += u64::from(call.await.is_ok());
                    }
                    drop(session);
                    answered
                }));
            }
        }
        let mut answered = 0;
        for task in tasks {
            answered += task.await.unwrap();
        }
        assert_eq!(answered, limit);
        assert_eq!(office.pad.entered() as u64, limit);
    }
}

/// A7. If it failed, a stub that is restored in the moment of the revocation would slip through.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a7_nothing_restored_while_it_is_revoked_works_afterwards() {
    for round in 0..50 {
        let office = Arc::new(Office::new());
        let parent = office.seal([]).await;
        let reference = office.registry.derive(&parent, []).await.unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let restored = Arc::new(AtomicUsize::new(0));
        let tasks: Vec<_> = (0..3)
            .map(|_| {
                let (office, reference) = (Arc::clone(&office), reference.clone());
                let (stop, restored) = (Arc::clone(&stop), Arc::clone(&restored));
                tokio::spawn(async move {
                    let mut notes: Vec<NoteStub> = Vec::new();
                    while !stop.load(Ordering::SeqCst) {
                        notes.extend(office.restore(&reference).await.ok());
                        restored.store(notes.len(), Ordering::SeqCst);
                        tokio::task::yield_now().await;
                    }
                    notes
                })
            })
            .collect();
        while restored.load(Ordering::SeqCst) < 2 {
            tokio::task::yield_now().await;
        }
        let revoked = [&parent, &reference][round % 2];
        office.registry.revoke(revoked, "over").await.unwrap();
        stop.store(true, Ordering::SeqCst);
        let entered = office.pad.entered();
        for task in tasks {
            for note in task.await.unwrap() {
                assert!(note.text().await.unwrap_err().is_revoked());
            }
        }
        assert_eq!(office.pad.entered(), entered);
    }
}
