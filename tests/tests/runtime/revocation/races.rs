//! Calls against the end of the reference they go through, by the clock on the wall.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use capnweb_runtime::{Result, Revoker, capability};

use crate::support::{Link, in_time};

#[capability]
trait Door {
    async fn enter(&self) -> Result<usize>;
}

/// Counts who enters, and who still does when the house is quiet.
#[derive(Default)]
struct House {
    entered: AtomicUsize,
    quiet: AtomicBool,
    late: AtomicUsize,
}

struct Front(Arc<House>);

impl Door for Front {
    async fn enter(&self) -> Result<usize> {
        if self.0.quiet.load(Ordering::SeqCst) {
            self.0.late.fetch_add(1, Ordering::SeqCst);
        }
        let entered = self.0.entered.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        Ok(entered)
    }
}

/// Calls until it is refused; returns how many results came after the house was quiet.
async fn keep_calling(door: DoorStub, house: &House) -> usize {
    let mut late = 0;
    loop {
        let quiet = house.quiet.load(Ordering::SeqCst);
        match door.enter().await {
            Ok(_) => late += usize::from(quiet),
            Err(error) if error.is_revoked() => return late,
            Err(error) => panic!("{error}"),
        }
    }
}

/// A7. The fault: a call that was let in is entered after everybody was told that nobody is, or its
/// result is delivered. Each caller, once it has looked that the house is quiet, calls once more.
async fn race(
    links: Vec<Link<DoorStub>>,
    doors: Vec<DoorStub>,
    revoker: Revoker,
    house: Arc<House>,
) {
    let callers = links.iter().map(|link| link.main.clone()).chain(doors);
    let mut calling = Vec::new();
    for door in callers {
        for _ in 0..2 {
            let (door, house) = (door.clone(), Arc::clone(&house));
            calling.push(tokio::spawn(
                async move { keep_calling(door, &house).await },
            ));
        }
    }
    let begun = async {
        while house.entered.load(Ordering::SeqCst) < 50 {
            tokio::task::yield_now().await;
        }
    };
    in_time(begun).await;
    let revoking = std::thread::spawn(move || {
        revoker.revoke("closed");
        revoker
    });
    let revoker = tokio::task::spawn_blocking(|| revoking.join().unwrap())
        .await
        .unwrap();
    in_time(revoker.drained()).await;
    house.quiet.store(true, Ordering::SeqCst);
    for calling in calling {
        assert_eq!(in_time(calling).await.unwrap(), 0, "results were delivered");
    }
    assert_eq!(house.late.load(Ordering::SeqCst), 0, "they entered late");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_enters_after_the_end() {
    let end = tokio::time::Instant::now() + Duration::from_secs(2);
    let mut rounds = 0;
    while rounds < 3 || tokio::time::Instant::now() < end {
        rounds += 1;
        let house = Arc::new(House::default());
        let revoker = Revoker::new();
        let front = DoorStub::new(Front(Arc::clone(&house)));
        let lent = revoker.child().revocable(&revoker.revocable(&front));
        let served = lent.clone();
        let links = vec![
            Link::in_process(lent.clone()),
            Link::websocket(move || served.clone()).await,
        ];
        race(links, vec![lent.clone(), lent], revoker, house).await;
    }
}
