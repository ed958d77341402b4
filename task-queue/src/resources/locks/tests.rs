//! Locks under a paused clock: time passes only when every task waits for it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::yield_now;
use tokio::time::{Instant, advance};

use super::{LockError, LockLimits, LockManager};
use crate::resources::FencingToken;

const LONG: Duration = Duration::from_mins(1);

fn manager() -> LockManager {
    LockManager::new(LockLimits::default(), FencingToken::FIRST)
}

#[tokio::test(start_paused = true)]
async fn a_lock_has_one_holder_until_its_guard_is_dropped() {
    let locks = manager();
    let guard = locks.acquire("k", LONG, "first").await.unwrap();
    assert!(locks.try_acquire("k", LONG, "second").unwrap().is_none());
    assert!(
        locks
            .try_acquire("other", LONG, "second")
            .unwrap()
            .is_some()
    );
    assert_eq!(locks.holder("k").as_deref(), Some("first"));
    drop(guard);
    assert_eq!(locks.holder("k"), None);
    assert!(locks.try_acquire("k", LONG, "second").unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn waiters_are_served_in_their_order_with_growing_tokens() {
    let locks = manager();
    let guard = locks.acquire("k", LONG, "zero").await.unwrap();
    let served = Arc::new(Mutex::new(Vec::new()));
    let mut waiters = Vec::new();
    for number in 1..=5 {
        let (locks, served) = (locks.clone(), Arc::clone(&served));
        waiters.push(tokio::spawn(async move {
            let guard = locks.acquire("k", LONG, "waiter").await.unwrap();
            served.lock().unwrap().push((number, guard.token()));
        }));
        yield_now().await;
    }
    let first = guard.token();
    drop(guard);
    for waiter in waiters {
        waiter.await.unwrap();
    }
    let served = served.lock().unwrap();
    let order: Vec<_> = served.iter().map(|&(number, _)| number).collect();
    assert_eq!(order, [1, 2, 3, 4, 5]);
    let mut last = first;
    for &(_, token) in served.iter() {
        assert!(token > last);
        last = token;
    }
}

#[tokio::test(start_paused = true)]
async fn an_expired_lock_passes_on_and_its_guard_does_no_harm() {
    let locks = manager();
    let stale = locks
        .acquire("k", Duration::from_secs(1), "slow")
        .await
        .unwrap();
    let begin = Instant::now();
    let fresh = locks.acquire("k", LONG, "next").await.unwrap();
    assert!(begin.elapsed() >= Duration::from_secs(1));
    assert!(!stale.is_held());
    assert!(fresh.is_held() && fresh.token() > stale.token());
    assert_eq!(stale.extend(LONG), Err(LockError::Expired));
    drop(stale);
    assert!(
        fresh.is_held(),
        "a former holder gave away what is not its own"
    );
}

#[tokio::test(start_paused = true)]
async fn an_expired_lock_is_free_although_nobody_waited() {
    let locks = manager();
    let stale = locks
        .acquire("k", Duration::from_secs(1), "slow")
        .await
        .unwrap();
    advance(Duration::from_secs(2)).await;
    assert_eq!(locks.holder("k"), None);
    let fresh = locks.try_acquire("k", LONG, "next").unwrap().unwrap();
    assert!(fresh.token() > stale.token());
}

#[tokio::test(start_paused = true)]
async fn extending_keeps_the_lock_from_those_who_wait() {
    let locks = manager();
    let guard = locks
        .acquire("k", Duration::from_secs(2), "holder")
        .await
        .unwrap();
    let begin = Instant::now();
    let waiter = tokio::spawn({
        let locks = locks.clone();
        async move { locks.acquire("k", LONG, "waiter").await.unwrap() }
    });
    yield_now().await;
    advance(Duration::from_secs(1)).await;
    guard.extend(Duration::from_secs(10)).unwrap();
    let next = waiter.await.unwrap();
    assert!(begin.elapsed() >= Duration::from_secs(11));
    assert!(next.is_held() && !guard.is_held());
}

#[tokio::test(start_paused = true)]
async fn a_waiter_that_gives_up_is_passed_over() {
    let locks = manager();
    let guard = locks.acquire("k", LONG, "holder").await.unwrap();
    let impatient = tokio::spawn({
        let locks = locks.clone();
        async move { locks.acquire("k", LONG, "impatient").await }
    });
    yield_now().await;
    let patient = tokio::spawn({
        let locks = locks.clone();
        async move { locks.acquire("k", LONG, "patient").await.unwrap() }
    });
    yield_now().await;
    impatient.abort();
    assert!(impatient.await.is_err());
    drop(guard);
    let _held = patient.await.unwrap();
    assert_eq!(locks.holder("k").as_deref(), Some("patient"));
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_was_given_but_not_taken_passes_on() {
    let locks = manager();
    let guard = locks.acquire("k", LONG, "holder").await.unwrap();
    let gone = tokio::spawn({
        let locks = locks.clone();
        async move { locks.acquire("k", LONG, "gone").await }
    });
    yield_now().await;
    // The lock is sent to the waiter, which is stopped before it can look.
    drop(guard);
    gone.abort();
    assert!(gone.await.is_err());
    assert!(locks.try_acquire("k", LONG, "next").unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn limits_hold_and_say_so() {
    let limits = LockLimits {
        key_bytes: 3,
        locks: 1,
        waiting: 1,
        lifetime: LONG,
    };
    let locks = LockManager::new(limits, FencingToken::FIRST);
    let long = locks.try_acquire("long", LONG, "h").unwrap_err();
    assert_eq!(long, LockError::KeyTooLong { bytes: 4, max: 3 });
    for ttl in [Duration::ZERO, LONG * 2] {
        let refused = locks.try_acquire("k", ttl, "h").unwrap_err();
        assert_eq!(refused, LockError::Lifetime { max: LONG });
    }
    let guard = locks.acquire("k", LONG, "h").await.unwrap();
    let refused = locks.try_acquire("l", LONG, "h").unwrap_err();
    assert_eq!(refused, LockError::TooManyLocks { max: 1 });
    let waiter = tokio::spawn({
        let locks = locks.clone();
        async move { locks.acquire("k", LONG, "w").await }
    });
    yield_now().await;
    let refused = locks.acquire("k", LONG, "x").await.unwrap_err();
    assert_eq!(refused, LockError::TooManyWaiting { max: 1 });
    waiter.abort();
    assert!(waiter.await.is_err());
    std::mem::forget(guard);
    advance(LONG).await;
    let leaked_made_room = locks.try_acquire("l", LONG, "h").unwrap();
    assert!(leaked_made_room.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_contention_never_two_hold_the_lock() {
    let locks = manager();
    let inside = Arc::new(Mutex::new(0));
    let contender = |_| {
        let (locks, inside) = (locks.clone(), Arc::clone(&inside));
        tokio::spawn(async move {
            for _ in 0..50 {
                let guard = locks.acquire("k", LONG, "c").await.unwrap();
                *inside.lock().unwrap() += 1;
                yield_now().await;
                let together = std::mem::replace(&mut *inside.lock().unwrap(), 0);
                assert_eq!(together, 1);
                drop(guard);
            }
        })
    };
    let contenders: Vec<_> = (0..8).map(contender).collect();
    for contender in contenders {
        contender.await.unwrap();
    }
}
