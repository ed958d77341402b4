//! How often, how fast and until when.

use std::time::Duration;

use capnweb_runtime::policy::{CallBudget, Expiry, Methods, RateLimit};

use super::{Garden, assert_denied, guarded_over_both, nothing};
use crate::support::{Frozen, Link, in_time, seconds};

/// A17. The fault: two calls at once both find one call left.
#[test]
fn of_calls_at_once_exactly_so_many_pass() {
    let garden = Garden::default();
    let budget = CallBudget::new(100);
    let shed = garden.shed().guarded(budget.clone());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            let shed = shed.clone();
            scope.spawn(move || {
                for _ in 0..50 {
                    drop(shed.list());
                }
            });
        }
    });
    assert_eq!(garden.entered(), 100);
    assert_eq!(budget.remaining(), 0);
}

/// A17, by a peer who sends them all before it hears of any.
#[tokio::test]
async fn of_calls_in_flight_exactly_so_many_pass() {
    let garden = Garden::default();
    let served = garden.clone();
    let link = Link::websocket(move || served.shed().guarded(CallBudget::new(7))).await;
    let calls: Vec<_> = (0..20).map(|_| link.list()).collect();
    let mut passed = 0;
    for call in calls {
        match in_time(call).await {
            Ok(_) => passed += 1,
            denied => assert_denied(denied, "the budget of calls is spent"),
        }
    }
    assert_eq!((passed, garden.entered()), (7, 7));
}

/// The fault: who is given two references has twice the budget.
#[tokio::test]
async fn clones_of_a_budget_are_one_budget() {
    let garden = Garden::default();
    let budget = CallBudget::new(3);
    let (one, two) = (
        garden.shed().guarded(budget.clone()),
        garden.shed().guarded(budget),
    );
    for shed in [&one, &two, &one] {
        shed.list().await.unwrap();
    }
    assert_denied(two.list().await, "the budget of calls is spent");
    assert_eq!(garden.entered(), 3);
}

/// The fault: what another policy denies is charged all the same.
#[tokio::test]
async fn the_last_of_several_is_asked_last() {
    let garden = Garden::default();
    let budget = CallBudget::new(1);
    let shed = garden
        .shed()
        .guarded((Methods::only(["list"]), budget.clone()));
    assert_denied(shed.read("a").await, "the method is not permitted");
    assert_eq!(budget.remaining(), 1);
    shed.list().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_has_expired_denies_from_that_moment_on() {
    let garden = Garden::default();
    let later = tokio::time::Instant::now() + seconds(30);
    for shed in [
        garden.shed().guarded(Expiry::after(seconds(30))),
        garden.shed().guarded(Expiry::at(later.into_std())),
        garden.shed().guarded(Expiry::after(Duration::MAX)),
    ] {
        shed.list().await.unwrap();
    }
    let shed = garden.shed().guarded(Expiry::after(seconds(30)));
    let exact = Duration::from_millis(29_999);
    tokio::time::advance(exact).await;
    shed.list().await.unwrap();
    tokio::time::advance(Duration::from_millis(1)).await;
    let entered = garden.entered();
    assert_denied(shed.list().await, "it has expired");
    assert_eq!(garden.entered(), entered);
}

/// The fault: what is denied fills up the limit, or a moment of silence gives twice as much.
#[tokio::test]
async fn a_rate_is_kept_to() {
    let clock = Frozen::new();
    let garden = Garden::default();
    let shed = garden.shed().guarded(RateLimit::per_minute(60));
    let begin = async |calls: usize| {
        let before = garden.entered();
        for _ in 0..calls {
            drop(shed.list());
        }
        garden.entered() - before
    };
    assert_eq!(begin(100).await, 60, "a bucket full");
    clock.pass(seconds(1)).await;
    assert_eq!(begin(100).await, 1, "one a second");
    clock.pass(seconds(600)).await;
    assert_eq!(begin(100).await, 60, "no more than a bucket full");
    assert_denied(shed.list().await, "too many calls");
}

#[tokio::test]
async fn a_user_decides_as_she_likes() {
    guarded_over_both(
        || Garden::default().shed().guarded(nothing),
        async |shed| {
            assert_denied(shed.list().await, "never");
            assert_denied(shed.name().await, "never");
        },
    )
    .await;
}

/// The fault: what a policy could not decide on passes, or its session ends.
#[tokio::test]
async fn a_policy_that_panics_has_denied() {
    let garden = Garden::default();
    let shed = garden
        .shed()
        .guarded(|_: &capnweb_runtime::policy::Crossing<'_>| panic!("on purpose"));
    let link = Link::in_process(shed);
    assert_denied(link.list().await, "the policy failed");
    assert_denied(link.list().await, "the policy failed");
    assert_eq!(garden.entered(), 0);
}
