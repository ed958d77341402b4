//! Ways around a guard, all of which lead through it.

use std::sync::{Arc, Mutex};

use capnweb_runtime::policy::{Arguments, CallBudget, Crossing, Methods};
use capnweb_runtime::{Capability as _, Path, Stub, Value};

use super::{Garden, LockStub, ShedReaderStub, ShedStub, assert_denied, guarded_over_both};
use crate::support::{Link, in_time};

/// What a policy was asked about.
type Seen = Arc<Mutex<Vec<String>>>;

fn noting(shed: &ShedStub) -> (ShedStub, Seen) {
    let seen = Seen::default();
    let log = Arc::clone(&seen);
    let noting = move |crossing: &Crossing<'_>| {
        let interface = crossing.interface().unwrap_or("?");
        let line = format!("{:?} {interface}.{}", crossing.kind(), crossing.path());
        log.lock().unwrap().push(line);
        Ok(())
    };
    (shed.guarded(noting), seen)
}

#[tokio::test]
async fn a_policy_sees_every_way_in() {
    let garden = Garden::default();
    let (shed, seen) = noting(&garden.shed());
    let link = Link::in_process(shed);
    link.list().await.unwrap();
    link.name().await.unwrap();
    link.door().turn().await.unwrap();
    link.door().await.unwrap().turn().await.unwrap();
    link.list().map(|_| link.list()).await.unwrap();
    link.as_stub()
        .property("name")
        .map(|name| name)
        .await
        .unwrap();
    let reader: ShedReaderStub = link.main.attenuate();
    reader.lock().turn().await.unwrap();
    let expected = [
        "Call Shed.list",
        "Get Shed.name",
        "Get Shed.door",
        "Get Shed.door",
        "Call Shed.list",
        "Call Shed.list",
        "Call Shed.list",
        "Map Shed.name",
        "Call Shed.lock",
    ];
    assert_eq!(*seen.lock().unwrap(), expected);
}

#[tokio::test]
async fn a_longer_path_is_judged_by_its_first_step_and_known_as_a_whole() {
    let (shed, seen) = noting(&Garden::default().shed());
    let path = Path::new(vec!["door".into(), "turn".into()]);
    in_time(shed.as_stub().call(path.clone(), ()))
        .await
        .unwrap();
    assert_eq!(*seen.lock().unwrap(), ["Call Shed.door.turn"]);
    let shed = Garden::default().shed().guarded(Methods::except(["door"]));
    let denied = in_time(shed.as_stub().call(path, ())).await;
    assert_denied(denied, "the method is not permitted");
}

/// The fault: a method that is read as if it were data is a function that no policy is asked about.
#[tokio::test]
async fn a_method_that_was_read_is_still_guarded() {
    let garden = Garden::default();
    let served = garden.clone();
    guarded_over_both(
        move || served.shed().guarded(CallBudget::new(3)),
        async |link| {
            let before = garden.entered();
            let Value::Capability(list) = link.as_stub().get("list").await.unwrap() else {
                panic!("a function was due")
            };
            for _ in 0..2 {
                list.call(Path::EMPTY, ()).await.unwrap();
            }
            let denied = list.call(Path::EMPTY, ()).await;
            assert_denied(denied, "the budget of calls is spent");
            assert_eq!(garden.entered() - before, 2);
        },
    )
    .await;
}

/// The same of what is guarded on this side and lives on the other, of a facet, and of a guard of what
/// is guarded.
#[tokio::test]
async fn a_method_that_was_read_is_guarded_wherever_it_is() {
    let judged = |stub: Stub| {
        stub.guarded(Arguments::of(
            "read",
            |args| matches!(args, [Value::String(key)] if key == "open"),
        ))
    };
    let link = Link::websocket(|| Garden::default().shed()).await;
    let local = Garden::default().shed();
    let facet: ShedReaderStub = local.attenuate();
    let (lent, _revoker) = local.revocable();
    for stub in [
        link.main.as_stub().clone(),
        local.as_stub().clone(),
        facet.into_stub(),
        lent.into_stub(),
        local.guarded(CallBudget::new(9)).into_stub(),
    ] {
        let guarded = judged(stub);
        let Value::Capability(read) = in_time(guarded.get("read")).await.unwrap() else {
            panic!("a function was due")
        };
        in_time(read.call(Path::EMPTY, ("open",))).await.unwrap();
        let denied = in_time(read.call(Path::EMPTY, ("secret",))).await;
        assert_denied(denied, "the arguments are not permitted");
        let mapped = in_time(
            guarded
                .property("read")
                .map(|read| read.call(Path::EMPTY, ("secret",))),
        );
        assert_denied(mapped.await, "the arguments are not permitted");
    }
}

/// The fault: an argument that is a promise is judged before it is known, and passes as anything.
#[tokio::test]
async fn what_is_promised_is_judged_when_it_is_known() {
    guarded_over_both(
        || {
            Garden::default().shed().guarded(Arguments::of(
                "write",
                |args| matches!(args, [Value::String(key)] if key == "open"),
            ))
        },
        async |shed| {
            let denied = shed.write(shed.read("secret")).await;
            assert_denied(denied, "the arguments are not permitted");
            let passed = shed.write(shed.read("open")).await;
            assert_eq!(passed.unwrap(), "open");
            let gone = shed.as_stub().call("gone", ());
            let failed = shed.as_stub().call("write", (gone,)).await;
            assert!(failed.unwrap_err().to_string().contains("gone"));
        },
    )
    .await;
}

/// A guard is of one reference: what that hands out is as it was.
#[tokio::test]
async fn what_a_guarded_reference_hands_out_is_not_guarded() {
    let shed = Garden::default().shed().guarded(CallBudget::new(2));
    let lock: LockStub = shed.lock().await.unwrap();
    let door: LockStub = shed.door().await.unwrap();
    for _ in 0..3 {
        lock.turn().await.unwrap();
        door.turn().await.unwrap();
    }
    assert_denied(shed.list().await, "the budget of calls is spent");
}

/// The fault: a method that a policy names as Rust does is not kept from anybody, or is kept from all, and
/// nobody knows why.
#[tokio::test]
async fn a_name_that_no_member_has_breaks_the_reference() {
    #[capnweb_runtime::capability]
    trait Gauge {
        async fn last_reading(&self) -> capnweb_runtime::Result<u32>;
    }
    struct Zero;
    impl Gauge for Zero {
        async fn last_reading(&self) -> capnweb_runtime::Result<u32> {
            Ok(0)
        }
    }
    let gauge = GaugeStub::new(Zero);
    assert_eq!(GaugeStub::MEMBERS, ["lastReading"]);
    let right = gauge.guarded(Methods::only(["lastReading"]));
    assert_eq!(in_time(right.last_reading()).await.unwrap(), 0);
    for wrong in [
        gauge.guarded(Methods::only(["last_reading"])),
        gauge.guarded(Methods::except(["last_reading"])),
        gauge.guarded((CallBudget::new(1), Arguments::of("last_reading", |_| false))),
    ] {
        let error = in_time(wrong.last_reading()).await.unwrap_err().to_string();
        assert_eq!(
            error,
            "The policy goes by the name 'last_reading', which no member of Gauge has on the wire."
        );
    }
    let untyped = gauge.as_stub().guarded(Methods::except(["last_reading"]));
    assert!(in_time(untyped.call("lastReading", ())).await.is_ok());
}
