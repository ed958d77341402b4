//! Locks under a paused clock: time passes only when every task waits for it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::yield_now;
use tokio::time::{Instant, advance};

use super::{LockError, LockGuard, LockLimits, LockManager, Standing};
use crate::future::BoxFuture;
use crate::resources::{FencingToken, NoTokens, TokenRange, TokenSource};

const LONG: Duration = Duration::from_mins(1);

/// Tokens that outlast a manager, as those on a disk do.
#[derive(Debug, Default)]
struct Tokens(Mutex<Option<FencingToken>>);

impl TokenSource for Tokens {
    fn set_aside(&self, count: u64) -> BoxFuture<'_, Result<TokenRange, NoTokens>> {
        let mut last = self.0.lock().unwrap();
        let range = TokenRange::after(*last, count);
        *last = Some(range.end);
        Box::pin(async move { Ok(range) })
    }
}

/// Gives three tokens, and then fails.
#[derive(Debug, Default)]
struct Poor(Mutex<bool>);

impl TokenSource for Poor {
    fn set_aside(&self, _: u64) -> BoxFuture<'_, Result<TokenRange, NoTokens>> {
        let is_empty = std::mem::replace(&mut *self.0.lock().unwrap(), true);
        let given = if is_empty {
            Err(NoTokens)
        } else {
            Ok(TokenRange::after(None, 3))
        };
        Box::pin(async move { given })
    }
}

fn manager() -> LockManager {
    limited(LockLimits::default())
}

fn limited(limits: LockLimits) -> LockManager {
    LockManager::new(limits, Arc::new(Tokens::default()))
}

async fn permit(locks: &LockManager, permits: usize) -> Result<LockGuard, LockError> {
    locks.acquire_permit("k", permits, LONG, "holder").await
}

#[tokio::test(start_paused = true)]
async fn a_lock_has_one_holder_until_its_guard_is_dropped() {
    let locks = manager();
    let guard = locks.acquire("k", LONG, "first").await.unwrap();
    assert!(
        locks
            .try_acquire("k", LONG, "second")
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        locks
            .try_acquire("other", LONG, "second")
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(locks.holder("k").as_deref(), Some("first"));
    drop(guard);
    assert_eq!(locks.holder("k"), None);
    assert!(
        locks
            .try_acquire("k", LONG, "second")
            .await
            .unwrap()
            .is_some()
    );
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
    let fresh = locks.try_acquire("k", LONG, "next").await.unwrap().unwrap();
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
    assert!(
        locks
            .try_acquire("k", LONG, "next")
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test(start_paused = true)]
async fn limits_hold_and_say_so() {
    let limits = LockLimits {
        key_bytes: 3,
        held: 1,
        waiting: 1,
        permits: 2,
        lifetime: LONG,
    };
    let locks = limited(limits);
    let long = locks.try_acquire("long", LONG, "h").await.unwrap_err();
    assert_eq!(long, LockError::KeyTooLong { bytes: 4, max: 3 });
    for ttl in [Duration::ZERO, LONG * 2] {
        let refused = locks.try_acquire("k", ttl, "h").await.unwrap_err();
        assert_eq!(refused, LockError::Lifetime { max: LONG });
    }
    let guard = locks.acquire("k", LONG, "h").await.unwrap();
    let refused = locks.try_acquire("l", LONG, "h").await.unwrap_err();
    assert_eq!(refused, LockError::TooManyHeld { max: 1 });
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
    for permits in [0, 3] {
        let refused = permit(&locks, permits).await.unwrap_err();
        assert_eq!(refused, LockError::Permits { max: 2 });
    }
    let leaked_made_room = locks.try_acquire("l", LONG, "h").await.unwrap();
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

#[tokio::test(start_paused = true)]
async fn a_semaphore_has_as_many_holders_as_permits_and_serves_in_order() {
    let locks = manager();
    let first = permit(&locks, 2).await.unwrap();
    let _second = permit(&locks, 2).await.unwrap();
    let _lock_of_that_name = locks.acquire("k", LONG, "other").await.unwrap();
    let served = Arc::new(Mutex::new(Vec::new()));
    let wait = |number| {
        let (locks, served) = (locks.clone(), Arc::clone(&served));
        tokio::spawn(async move {
            let guard = permit(&locks, 2).await.unwrap();
            served.lock().unwrap().push(number);
            guard
        })
    };
    let third = wait(3);
    yield_now().await;
    let fourth = wait(4);
    yield_now().await;
    assert!(served.lock().unwrap().is_empty(), "a third one got in");
    drop(first);
    let third = third.await.unwrap();
    assert_eq!(*served.lock().unwrap(), [3]);
    drop(third);
    let _fourth = fourth.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn permits_that_expire_pass_on_one_by_one() {
    let locks = manager();
    let hold = |seconds| {
        let locks = locks.clone();
        async move {
            let ttl = Duration::from_secs(seconds);
            locks.acquire_permit("k", 2, ttl, "slow").await.unwrap()
        }
    };
    let begin = Instant::now();
    let (early, late) = (hold(1).await, hold(5).await);
    let third = permit(&locks, 2).await.unwrap();
    assert_eq!(begin.elapsed().as_secs(), 1);
    assert!(!early.is_held() && late.is_held() && third.is_held());
    drop(early);
    let _fourth = permit(&locks, 2).await.unwrap();
    assert_eq!(
        begin.elapsed().as_secs(),
        5,
        "a late holder freed another's"
    );
}

#[tokio::test(start_paused = true)]
async fn a_semaphore_in_use_keeps_its_number_of_permits() {
    let locks = manager();
    let held = permit(&locks, 2).await.unwrap();
    let more = permit(&locks, 1_000).await.unwrap_err();
    assert_eq!(more, LockError::OtherPermits { permits: 2 });
    drop(held);
    let _more = permit(&locks, 1_000).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn tokens_go_on_where_the_last_manager_has_ended() {
    let source = Arc::new(Tokens::default());
    let start = || LockManager::new(LockLimits::default(), Arc::clone(&source) as _);
    let before = start();
    let old = before.acquire("k", LONG, "old").await.unwrap().token();
    assert_eq!(before.standing(old), Standing::Given);
    let after = start();
    let new = after.acquire("other", LONG, "new").await.unwrap().token();
    assert!(new > old, "a token was given twice");
    assert_eq!(after.standing(new), Standing::Given);
    assert_eq!(after.standing(old), Standing::Outlived);
    assert_eq!(after.standing(new.next()), Standing::Unknown);
}

#[tokio::test(start_paused = true)]
async fn without_tokens_there_are_no_locks_and_nobody_waits_for_ever() {
    let locks = LockManager::new(LockLimits::default(), Arc::new(Poor::default()));
    for _ in 0..2 {
        let _given = locks.acquire("other", LONG, "h").await.unwrap();
    }
    let last = locks.acquire("k", LONG, "h").await.unwrap();
    let refused = locks.acquire("more", LONG, "h").await.unwrap_err();
    assert_eq!(refused, LockError::NoTokens);
    drop(last);
    let refused = locks.acquire("k", LONG, "h").await.unwrap_err();
    assert_eq!(refused, LockError::NoTokens);
}
