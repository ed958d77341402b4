//! Mappers that are recorded here: the transcripts, and two sessions back to back.

use crate::error::Error;
use crate::hook::{Cap, State, Stub, Value, promise, record_map, revocable};
use crate::session::tests::support::{
    Net, Scripted, array, call, call_at, failure, function, is, number, object, read, string, stub,
    value,
};
use crate::session::tests::world::World;
use crate::value::{Audience, ErrorClass, ErrorValue, Path};

/// The closure runs once (M-30); what it refers to has ids of its own (M-33).
#[tokio::test]
async fn x10_map_over_an_array_made() {
    let peer = Scripted::new();
    let list = call(peer.main(), "list", [number(3.0)]);
    let main = peer.main().clone();
    let result = map(&list, |id| {
        array([cap(&id), cap(&ask(&main, "name", [cap(&id)]))])
    });
    drop(main);
    let (value, ()) = tokio::join!(peer.value(&result), async {
        peer.calls(
            r#"→ ["push",["pipeline",0,["list"],[3]]]
               → ["push",["remap",1,[],[["import",0]],[["pipeline",-1,["name"],[["pipeline",0]]],[[["pipeline",0],["pipeline",1]]]]]]
               → ["pull",2]
               ← ["resolve",2,[[[[["promise",-1],["promise",-2]]],[[["promise",-3],["promise",-4]]]]]]
               → ["release",2,1]
               ← ["resolve",-1,1]
               → ["release",-1,1]
               ← ["resolve",-3,2]
               ← ["resolve",-2,"user1"]
               ← ["resolve",-4,"user2"]
               → ["release",-3,1]
               → ["release",-2,1]
               → ["release",-4,1]"#,
        )
        .await;
    });
    is(
        value,
        array([
            array([number(1.0), string("user1")]),
            array([number(2.0), string("user2")]),
        ]),
    );
    drop((list, result));
    peer.hears(&[r#"["release",1,1]"#]).await;
    peer.is_clean().await;
}

/// What the inner closure takes in is a capture of the outer one, once (M-31, M-35).
#[tokio::test]
async fn x11_nested_map_made() {
    let peer = Scripted::new();
    let list = call(peer.main(), "list", [number(2.0)]);
    let main = peer.main().clone();
    let result = map(&list, |i| {
        cap(&map(&ask(&main, "nested", [cap(&i)]), |j| {
            cap(&ask(&main, "square", [cap(&j)]))
        }))
    });
    peer.hears(&[
        r#"["push",["pipeline",0,["list"],[2]]]"#,
        r#"["push",["remap",1,[],[["import",0]],[["pipeline",-1,["nested"],[["pipeline",0]]],["remap",1,[],[["import",-1]],[["pipeline",-1,["square"],[["pipeline",0]]],["pipeline",1]]],["pipeline",2]]]]"#,
    ])
    .await;
    drop((list, result, main));
    peer.hears(&[r#"["release",1,1]"#, r#"["release",2,1]"#])
        .await;
    peer.is_clean().await;
}

#[tokio::test]
async fn x12_map_with_a_capture_of_the_clients_made() {
    let peer = Scripted::new();
    let list = call(peer.main(), "list", [number(2.0)]);
    let counter = peer.world.counter(0.0);
    let result = map(&list, |i| cap(&ask(&counter, "increment", [cap(&i)])));
    drop(counter);
    let (value, ()) = tokio::join!(peer.value(&result), async {
        peer.calls(
            r#"→ ["push",["pipeline",0,["list"],[2]]]
               → ["push",["remap",1,[],[["export",-1]],[["pipeline",-1,["increment"],[["pipeline",0]]],["pipeline",1]]]]
               → ["pull",2]
               ← ["push",["pipeline",-1,["increment"],[1]]]
               ← ["push",["pipeline",-1,["increment"],[2]]]
               ← ["release",-1,1]
               ← ["resolve",2,[[["pipeline",1],["pipeline",2]]]]
               → ["release",2,1]
               ← ["release",1,1]
               ← ["release",2,1]"#,
        )
        .await;
    });
    is(value, numbers([1, 3]));
    drop((list, result));
    peer.hears(&[r#"["release",1,1]"#]).await;
    assert_eq!(peer.world.alive(), 0);
    peer.is_clean().await;
}

/// The reference sends a promise for every value, all in one message (O-16).
#[tokio::test]
async fn m5_thousands_of_promises_in_one_message() {
    let peer = Scripted::new();
    let list = call(peer.main(), "list", []);
    let result = map(&list, |n| cap(&n));
    let promises: Vec<_> = (1..=5000).map(|n| format!(r#"["promise",-{n}]"#)).collect();
    let (value, ()) = tokio::join!(peer.value(&result), async {
        drop(peer.heard().await);
        peer.says(&format!(r#"["resolve",2,[[{}]]]"#, promises.join(",")));
        for n in (1..=5000).rev() {
            peer.says(&format!(r#"["resolve",-{n},{n}]"#));
        }
    });
    is(value, numbers(1..=5000));
    drop((list, result));
    drop(peer.heard().await);
    peer.is_clean().await;
}

#[tokio::test]
async fn m36_what_is_here_is_mapped_here() {
    let mut net = Net::new();
    let world = World::new();
    let (main, _back) = net.connect(&World::new().stub(), &world.stub());
    let list = call(&main, "echo", [numbers([1, 2])]);
    is(net.value(&list).await, numbers([1, 2]));
    drop(net.log(0));
    let result = map(&list, |n| cap(&ask(&main, "square", [cap(&n)])));
    is(net.value(&result).await, numbers([1, 4]));
    let log = net.log(0).join("\n");
    assert!(!log.contains("remap") && log.contains("square"), "{log}");
    drop((list, result));
    net.is_clean().await;
}

#[tokio::test]
async fn a_map_takes_one_round_trip_and_leaves_nothing() {
    let mut net = Net::new();
    let (main, _back) = net.connect(&World::new().stub(), &World::new().stub());
    let list = call(&main, "echo", [numbers(0..100)]);
    let result = map(&list, |n| {
        let square = ask(&main, "square", [cap(&n)]);
        cap(&ask(&main, "add", [cap(&square), cap(&n)]))
    });
    drop(list);
    is(
        net.value(&result).await,
        numbers((0..100).map(|n| n * n + n)),
    );
    let sent = net
        .log(0)
        .iter()
        .filter(|line| line.starts_with("→ [\"pu"))
        .count();
    assert_eq!(sent, 3, "two pushes and a pull");
    drop(result);
    net.is_clean().await;
}

/// Data that has arrived, data that has not, local objects and remote ones: all may be captured.
#[tokio::test]
async fn whatever_is_at_hand_can_be_captured() {
    let mut net = Net::new();
    let world = World::new();
    let (main, _back) = net.connect(&World::new().stub(), &world.stub());
    let known = call(&main, "echo", [number(10.0)]);
    is(net.value(&known).await, number(10.0));
    let unknown = call(&main, "echo", [number(100.0)]);
    let (mine, settle_mine) = promise();
    let mine = Stub::promise(mine);
    let double = match function(|args| {
        Ok(match args.as_slice() {
            [Value::Number(n)] => number(n * 2.0),
            _ => Value::Null,
        })
    }) {
        Value::Capability(stub) => stub,
        other => panic!("{other:?}"),
    };
    let result = map(&call(&main, "echo", [numbers([1, 2])]), |n| {
        let sum = ask(&main, "add", [cap(&n), cap(&known)]);
        let sum = ask(&main, "add", [cap(&sum), cap(&unknown)]);
        let sum = ask(&main, "add", [cap(&sum), cap(&mine)]);
        cap(&Stub::promise(
            double.begin_call(Path::EMPTY, vec![cap(&sum)]),
        ))
    });
    settle_mine.settle(Ok(number(1000.0)));
    is(net.value(&result).await, numbers([2222, 2224]));
    drop((known, unknown, mine, double, result));
    net.is_clean().await;
}

/// Placeholders elsewhere, wrapped ones, what has failed already (M-34).
#[tokio::test]
async fn what_cannot_be_recorded_fails_at_once() {
    let mut net = Net::new();
    let (main, _back) = net.connect(&World::new().stub(), &World::new().stub());
    let list = call(&main, "echo", [numbers([1])]);
    net.run().await;
    drop(net.log(0));
    let mut smuggled = None;
    is_empty_recording(&map(&list, |n| {
        smuggled = Some(n.clone());
        cap(&call(&n, "too_late", []))
    }));
    let smuggled = smuggled.expect("the closure has run");
    let placeholder = "A placeholder has no value";
    assert!(failure(value(&smuggled).await).contains(placeholder));
    assert!(failure(value(&read(&smuggled, "x")).await).contains(placeholder));
    assert!(failure(value(&ask(&smuggled, "x", [])).await).contains(placeholder));
    let passed = ask(&main, "echo", [cap(&smuggled)]);
    assert!(failure(net.value(&passed).await).contains(placeholder));
    let inside_another = map(&list, |_| cap(&smuggled));
    assert!(failure(value(&inside_another).await).contains(placeholder));
    let wrapped = map(&list, |n| cap(&revocable(&n).0));
    assert!(failure(value(&wrapped).await).contains(placeholder));
    let broken = map(&list, |_| {
        cap(&Stub::promise(Cap::settled(Err(Error::new("spilt")))))
    });
    assert_eq!(failure(value(&broken).await), "spilt");
    assert!(!net.log(0).join("\n").contains("remap"));
    drop((list, passed, inside_another, wrapped, broken));
    net.is_clean().await;
}

/// A call that is not recorded, on a placeholder, fails there and then.
#[track_caller]
fn is_empty_recording(result: &Stub) {
    let State::Settled(outcome) = result.cap().state() else {
        panic!("it is under way");
    };
    assert!(outcome.is_err());
}

/// What an error tells strangers is decided where it leaves, also if it is part of a mapper.
#[tokio::test]
async fn b19_errors_inside_a_mapper_are_screened() {
    let peer = Scripted::new();
    let list = call(peer.main(), "list", []);
    let main = peer.main().clone();
    let mut spilt = ErrorValue::new(ErrorClass::TypeError, "spilt");
    spilt.stack = Some("secret".to_owned());
    let secret = ErrorValue::new(ErrorClass::Error, "/etc/secret").for_audience(Audience::Program);
    let spilt = Value::Error(Box::new(spilt));
    let secret = Value::Error(Box::new(secret));
    let result = map(&list, |n| {
        drop(map(&n, |_| array([secret.clone()])));
        cap(&ask(
            &main,
            "note",
            [array([spilt.clone(), secret.clone()])],
        ))
    });
    let sent = peer.heard().await.join("\n");
    assert!(sent.contains("remap") && sent.contains("spilt"), "{sent}");
    assert!(!sent.contains("secret"), "{sent}");
    drop(result);
}

#[tokio::test]
async fn a_panic_inside_the_closure_ends_the_recording() {
    let world = World::new();
    let main = world.stub();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        map(&main, |_| panic!("on purpose"))
    }));
    assert!(panicked.is_err());
    is(
        value(&ask(&main, "square", [number(3.0)])).await,
        number(9.0),
    );
}

#[tokio::test]
async fn a_map_that_nobody_waits_for_is_done_all_the_same() {
    let mut net = Net::new();
    let world = World::new();
    let (main, _back) = net.connect(&World::new().stub(), &world.stub());
    let list = call(&main, "later", [numbers([1, 2, 3])]);
    drop(map(&list, |n| cap(&ask(&main, "keep", [cap(&n)]))));
    drop(list);
    net.run().await;
    assert!(world.kept().is_empty());
    world.open_gate();
    net.run().await;
    assert_eq!(world.kept(), [number(1.0), number(2.0), number(3.0)]);
    net.is_clean().await;
}

/// A middle that hands on what it does not hold: the mapper goes on to who does.
#[tokio::test]
async fn s52_a_map_passes_through_a_proxy() {
    let mut net = Net::new();
    let far = World::new();
    let (middle_to_far, _back_far) = net.connect(&World::new().stub(), &far.stub());
    let (main, _back) = net.connect(&World::new().stub(), &middle_to_far);
    let list = call(&main, "later", [numbers([1, 2])]);
    let result = map(&list, |n| cap(&ask(&main, "square", [cap(&n)])));
    net.run().await;
    far.open_gate();
    is(net.value(&result).await, numbers([1, 4]));
    let log = net.log(0).join("\n");
    assert!(log.contains("remap"), "{log}");
    drop((list, result, main, middle_to_far));
    net.run().await;
}

#[tokio::test]
async fn objects_as_inputs_are_called_where_they_are() {
    let mut net = Net::new();
    let (main, _back) = net.connect(&World::new().stub(), &World::new().stub());
    let make = |n: f64| cap(&call(&main, "makeCounter", [number(n)]));
    let counters = call(&main, "echo", [array([make(1.0), make(2.0)])]);
    let result = map(&counters, |counter| {
        object([
            ("count", cap(&ask(&counter, "increment", [number(10.0)]))),
            ("counter", cap(&counter)),
        ])
    });
    let Ok(Value::Array(pairs)) = net.value(&result).await else {
        panic!("no list");
    };
    let Value::Object(second) = &pairs[1] else {
        panic!("no object");
    };
    assert_eq!(second.get("count"), Some(&number(12.0)));
    let counter = stub(Ok(second.get("counter").expect("it is there").clone()));
    let count = call_at(&counter, Path::single("increment"), [number(1.0)]);
    is(net.value(&count).await, number(13.0));
    drop((counters, result, pairs, counter, count));
    net.is_clean().await;
}

/// Maps, in the words of these tests.
fn map(subject: &Stub, closure: impl FnOnce(Stub) -> Value) -> Stub {
    Stub::promise(record_map(subject, |input| Ok(closure(input))))
}

/// Calls a method as a program does, so that a recording sees it.
fn ask(stub: &Stub, method: &'static str, args: impl IntoIterator<Item = Value>) -> Stub {
    Stub::promise(stub.begin_call(Path::single(method), args.into_iter().collect()))
}

fn cap(stub: &Stub) -> Value {
    Value::Capability(stub.clone())
}

fn numbers(numbers: impl IntoIterator<Item = u32>) -> Value {
    array(numbers.into_iter().map(|n| number(n.into())))
}
