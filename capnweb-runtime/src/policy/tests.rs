//! What the policies decide, without anything to guard.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::{
    Arguments, CallBudget, Crossing, CrossingKind, Expiry, Methods, Policy, RateLimit, absent,
};
use crate::hook::Value;
use crate::value::{Path, Segment};

fn admits(policy: &impl Policy, path: &Path, kind: CrossingKind, args: &[Value]) -> bool {
    let crossing = Crossing::inward(None, path, kind, args);
    policy.admit(&crossing).is_ok()
}

fn calls(policy: &impl Policy, path: &Path) -> bool {
    admits(policy, path, CrossingKind::Call, &[])
}

fn path(steps: &[&'static str]) -> Path {
    steps.iter().map(|step| Segment::from(*step)).collect()
}

/// The fault: a member goes by another name where its object is written in JavaScript.
#[test]
fn a_number_is_a_name_too() {
    let one = Path::single(1_u64);
    assert!(!calls(&Methods::except(["1"]), &one));
    assert!(calls(&Methods::only(["1"]), &one));
    assert!(!calls(&Methods::only(["01", "+1", "one"]), &one));
    assert!(!calls(&Arguments::of("1", |_| false), &one));
}

#[test]
fn a_function_has_no_name() {
    assert!(!calls(&Methods::only(["read"]), &Path::EMPTY));
    assert!(calls(&Methods::except(["read"]), &Path::EMPTY));
}

/// The fault: a condition is got around by calling through the method, as `write.call(…)` would.
#[test]
fn a_condition_holds_for_what_leads_through_the_method() {
    let never = Arguments::of("write", |_| false);
    assert!(!calls(&never, &path(&["write"])));
    assert!(!calls(&never, &path(&["write", "call"])));
    assert!(calls(&never, &path(&["read"])));
    let get = |path: Path| admits(&never, &path, CrossingKind::Get, &[]);
    assert!(
        get(path(&["write"])),
        "as a function, it is judged when it is called"
    );
    assert!(!get(path(&["write", "bind"])));
}

#[test]
fn several_are_asked_until_one_denies() {
    let (first, last) = (CallBudget::new(2), CallBudget::new(5));
    let all = (first, absent(Methods::except(["no"])), last.clone());
    assert!(calls(&all, &path(&["yes"])));
    assert!(!calls(&all, &path(&["no"])));
    assert!(!calls(&all, &path(&["yes"])));
    assert_eq!(last.remaining(), 4);
}

/// The fault: a policy that looks at arguments is not known as one once it is part of another, and is
/// shown promises.
#[test]
fn what_one_looks_at_all_look_at() {
    let picky = Arguments::of("write", |_| true);
    assert!(!(CallBudget::new(1), Methods::only(["a"])).looks_at_arguments());
    assert!((CallBudget::new(1), picky.clone()).looks_at_arguments());
    assert!(absent(picky.clone()).looks_at_arguments());
    assert!(Arc::new(picky).looks_at_arguments());
}

/// The fault: a name that no member has is not found where the policy is part of another.
#[test]
fn a_name_that_no_member_has_is_found_wherever_it_is() {
    let members = ["getInfo", "list"];
    let unknown = |policy: &dyn Policy| policy.unknown_name(&members).map(ToOwned::to_owned);
    let wrong = || Methods::only(["list", "get_info"]);
    let right = || Methods::except(["list", "getInfo"]);
    let found = Some("get_info".to_owned());
    assert_eq!(unknown(&right()), None);
    assert_eq!(unknown(&Arguments::of("list", |_| true)), None);
    assert_eq!(unknown(&Arguments::of("get_info", |_| true)), found);
    assert_eq!(unknown(&Methods::except(["get_info"])), found);
    assert_eq!(unknown(&absent(Arc::new(wrong()))), found);
    assert_eq!(unknown(&(right(), CallBudget::new(1), wrong())), found);
}

/// The fault: an end by the clock on the wall is taken for one by the other clock, which begins anywhere.
#[test]
fn an_end_by_the_clock_on_the_wall_is_looked_up_there() {
    let (now, minute) = (SystemTime::now(), Duration::from_mins(1));
    assert!(calls(&Expiry::at_time(now + minute), &Path::EMPTY));
    assert!(!calls(&Expiry::at_time(now - minute), &Path::EMPTY));
    assert!(!calls(
        &Expiry::at_time(SystemTime::UNIX_EPOCH),
        &Path::EMPTY
    ));
}

/// The fault: rounding lets a call in too many, or too few.
#[tokio::test(start_paused = true)]
async fn rates_that_do_not_divide_are_kept_to_exactly() {
    for calls in [1_u32, 3, 7, 60_000, 999_999_937] {
        let limit = RateLimit::per_second(calls);
        let burst = calls.min(1000);
        for _ in 0..burst {
            assert!(self::calls(&limit, &Path::EMPTY));
        }
        if burst == calls {
            assert!(!self::calls(&limit, &Path::EMPTY), "{calls}");
        }
    }
    let limit = RateLimit::new(3, Duration::from_secs(1));
    let mut admitted = 0;
    for _ in 0..10_000 {
        tokio::time::advance(Duration::from_millis(1)).await;
        admitted += u32::from(calls(&limit, &Path::EMPTY));
    }
    assert_eq!(
        admitted,
        3 + 30 - 1,
        "a bucket, and three a second for ten seconds"
    );
    assert!(!calls(&RateLimit::per_second(0), &Path::EMPTY));
}

#[test]
fn no_argument_is_shown() {
    let secret = [Value::String("hunter2".to_owned())];
    let path = path(&["login"]);
    let crossing = Crossing::inward(Some("Door"), &path, CrossingKind::Call, &secret);
    let shown = format!("{crossing:?}");
    assert!(
        shown.contains("login") && !shown.contains("hunter2"),
        "{shown}"
    );
}
