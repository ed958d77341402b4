//! `map`: the transcripts, mappers that fail, and two sessions back to back.

use super::support::{
    Net, Scripted, array, call, call_at, failure, function, is, number, object, read, settle,
    string, stub, value,
};
use super::world::World;
use crate::hook::{Stub, Value, record_map};
use crate::limits::Limits;
use crate::value::Path;

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

/// What has settled goes by value; the reference sends a promise for each.
#[tokio::test]
async fn x10_map_over_an_array_served() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["push",["pipeline",0,["echo"],[[[1,2,3]]]]]
           → ["push",["remap",1,[],[["import",0]],[["pipeline",-1,["square"],[["pipeline",0]]],[[["pipeline",0],["pipeline",1]]]]]]
           → ["pull",2]
           ← ["resolve",2,[[[[1,1]],[[2,4]],[[3,9]]]]]
           → ["release",2,1]
           → ["release",1,1]"#,
    )
    .await;
    peer.is_clean().await;
}

#[tokio::test]
async fn x10_results_that_are_not_there_yet_are_promises() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["push",["pipeline",0,["echo"],[[[1,2]]]]]
           → ["push",["remap",1,[],[["import",0]],[["pipeline",-1,["later"],[["pipeline",0]]],["pipeline",1]]]]
           → ["pull",2]
           ← ["resolve",2,[[["promise",-1],["promise",-2]]]]"#,
    )
    .await;
    peer.world.open_gate();
    let mut heard = peer.heard().await;
    heard.sort_unstable();
    assert_eq!(heard, [r#"["resolve",-1,1]"#, r#"["resolve",-2,2]"#]);
    peer.serves(
        r#"→ ["release",2,1]
           → ["release",-1,1]
           → ["release",-2,1]
           → ["release",1,1]"#,
    )
    .await;
    peer.is_clean().await;
}

#[tokio::test]
async fn x10_one_value_nothing_and_a_property_served() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["push",["pipeline",0,["user"],[]]]
           → ["push",["remap",1,[],[["import",0]],[["pipeline",-1,["greet"],[["pipeline",0,["name"]]]],["pipeline",1]]]]
           → ["pull",2]
           ← ["resolve",2,"Hi Ann"]
           → ["push",["remap",1,["name"],[["import",0]],[["pipeline",-1,["greet"],[["pipeline",0]]],["pipeline",1]]]]
           → ["pull",3]
           ← ["resolve",3,"Hi Ann"]
           → ["push",["remap",1,["name","none"],[["import",0]],[["bogus"]]]]
           → ["pull",4]
           ← ["resolve",4,["undefined"]]
           → ["push",["pipeline",0,["echo"],[null]]]
           → ["push",["remap",5,[],[],[]]]
           → ["pull",6]
           ← ["resolve",6,null]
           # calls on the result of a call
           → ["push",["pipeline",0,["echo"],[[[7]]]]]
           → ["push",["remap",7,[],[["import",0]],[["pipeline",-1,["makeCounter"],[["pipeline",0]]],["pipeline",1,["increment"],[5]],["pipeline",1,["value"]]]]]
           → ["pull",8]
           ← ["resolve",8,[[12]]]
           # an object is mapped once, and so is the main one
           → ["push",["remap",0,[],[],[["pipeline",0,["square"],[6]]]]]
           → ["pull",9]
           ← ["resolve",9,36]
           → ["release",1,1]
           → ["release",2,1]
           → ["release",3,1]
           → ["release",4,1]
           → ["release",5,1]
           → ["release",6,1]
           → ["release",7,1]
           → ["release",8,1]
           → ["release",9,1]"#,
    )
    .await;
    assert_eq!(peer.world.alive(), 0);
    peer.is_clean().await;
}

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
async fn x11_nested_map_served() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["push",["pipeline",0,["echo"],[[[[[1,2]],[[3]]]]]]]
           → ["push",["remap",1,[],[["import",0],["import",0]],[["pipeline",-1,["echo"],[["pipeline",0]]],["remap",1,[],[["import",-2]],[["pipeline",-1,["square"],[["pipeline",0]]],["pipeline",1]]],["pipeline",2]]]]
           → ["pull",2]
           ← ["resolve",2,[[[[1,4]],[[9]]]]]
           → ["release",2,1]
           → ["release",1,1]"#,
    )
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

#[tokio::test]
async fn x12_map_with_a_capture_of_the_clients_served() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["push",["pipeline",0,["echo"],[[[1,2]]]]]
           → ["push",["remap",1,[],[["export",-1]],[["pipeline",-1,["increment"],[["pipeline",0]]],["pipeline",1]]]]
           → ["pull",2]
           ← ["push",["pipeline",-1,["increment"],[1]]]
           ← ["push",["pipeline",-1,["increment"],[2]]]
           ← ["release",-1,1]
           ← ["resolve",2,[[["pipeline",1],["pipeline",2]]]]
           → ["release",2,1]
           ← ["release",2,1]
           ← ["release",1,1]
           → ["release",1,1]"#,
    )
    .await;
    peer.is_clean().await;
}

/// A capture of a promise, there being no other way, comes as one of an object: it is asked for its
/// value, once.
#[tokio::test]
async fn m32_a_captured_promise_of_the_peers_is_read() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["push",["pipeline",0,["echo"],[[[1,2]]]]]
           → ["push",["remap",1,[],[["export",-1],["import",0]],[["pipeline",-2,["add"],[["pipeline",0],["pipeline",-1]]]]]]
           → ["pull",2]
           ← ["push",["pipeline",-1,[]]]
           ← ["pull",1]
           ← ["release",-1,1]
           ← ["resolve",2,[[["promise",-1],["promise",-2]]]]
           → ["resolve",1,10]
           ← ["release",1,1]
           ← ["resolve",-1,11]
           ← ["resolve",-2,12]
           → ["release",-1,1]
           → ["release",-2,1]
           → ["release",2,1]
           → ["release",1,1]"#,
    )
    .await;
    peer.is_clean().await;
}

#[tokio::test]
async fn b5_a_captured_stub_as_a_value_goes_home_as_a_stub() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["push",["pipeline",0,["echo"],[[[1]]]]]
           → ["push",["remap",1,[],[["export",-1]],[[[["pipeline",0],["import",-1]]]]]]
           → ["pull",2]
           ← ["resolve",2,[[[[1,["import",-1]]]]]]
           → ["release",2,1]
           ← ["release",-1,1]
           → ["release",1,1]"#,
    )
    .await;
    peer.is_clean().await;
}

#[tokio::test]
async fn m20_to_m23_a_faulty_mapper_fails_and_nothing_else() {
    let faults = [
        (
            r"[]",
            r#"["error","Error","Invalid empty mapper function."]"#,
        ),
        (
            r#"[["pipeline",1]]"#,
            r#"["error","Error","no such entry on exports table: 1"]"#,
        ),
        (
            r#"[["pipeline",-1]]"#,
            r#"["error","Error","no such entry on exports table: -1"]"#,
        ),
        (
            r#"[["pipeline",0.5]]"#,
            r#"["error","Error","no such entry on exports table: 0.5"]"#,
        ),
        (
            r#"[["remap",9,[],[],[1]]]"#,
            r#"["error","Error","no such entry on exports table: 9"]"#,
        ),
        (
            r#"[["export",-1]]"#,
            r#"["error","Error","A mapper function cannot refer to exports."]"#,
        ),
        (
            r#"[["promise",-1]]"#,
            r#"["error","Error","A mapper function cannot refer to exports."]"#,
        ),
        (
            r#"[["writable",-1]]"#,
            r#"["error","Error","A mapper function cannot refer to exports."]"#,
        ),
        (
            r#"[["remap",0,[],[["export",-1]],[1]]]"#,
            r#"["error","Error","A mapper function cannot refer to exports."]"#,
        ),
        (
            r#"[["readable",1]]"#,
            r#"["error","Error","A mapper function cannot use pipe readables."]"#,
        ),
        (
            r#"[["blob","t",["readable",1]]]"#,
            r#"["error","Error","A mapper function cannot use pipe readables."]"#,
        ),
        (
            r#"[["bogus"]]"#,
            r#"["error","TypeError","unknown special value: [\"bogus\"]"]"#,
        ),
    ];
    for (instructions, error) in faults {
        let peer = Scripted::new();
        peer.serves(&format!(
            r#"→ ["push",["pipeline",0,["echo"],[[[1]]]]]
               → ["push",["remap",1,[],[],{instructions}]]
               → ["pull",2]
               ← ["reject",2,{error}]
               → ["push",["pipeline",0,["echo"],[[[]]]]]
               → ["push",["remap",3,[],[],{instructions}]]
               → ["pull",4]
               ← ["resolve",4,[[]]]
               → ["release",1,1]
               → ["release",2,1]
               → ["release",3,1]
               → ["release",4,1]"#
        ))
        .await;
        peer.is_clean().await;
    }
}

#[tokio::test]
async fn m2_bad_captures_end_the_session_and_leave_nothing() {
    let faults = [
        (r#"["import",7]"#, "no such entry on exports table: 7"),
        (
            r#"["export",1]"#,
            "introduced ids must be negative integers: 1",
        ),
        (
            r#"["promise",-2]"#,
            r#"unknown map capture: ["promise",-2]"#,
        ),
    ];
    for (capture, message) in faults {
        let peer = Scripted::new();
        peer.says(&format!(
            r#"["push",["remap",0,[],[["import",0],{capture}],[1]]]"#
        ));
        settle().await;
        let ended = peer.ended().expect("the session has ended");
        assert!(ended.to_string().contains(message), "{ended}");
    }
}

/// One fails, the others do not: only who waits for the whole is told.
#[tokio::test]
async fn m23_a_call_that_fails_inside_fails_its_own_promise() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["push",["pipeline",0,["echo"],[[[1,"two",3]]]]]
           → ["push",["remap",1,[],[["import",0]],[["pipeline",-1,["square"],[["pipeline",0]]],["pipeline",1]]]]
           → ["pull",2]
           ← ["resolve",2,[[1,["promise",-1],9]]]
           ← ["reject",-1,["error","TypeError","a string is no number"]]
           → ["release",2,1]
           → ["release",-1,1]
           → ["release",1,1]"#,
    )
    .await;
    peer.is_clean().await;
}

/// For each element all calls begin before the next one's, and no call of a later message before
/// them.
#[tokio::test]
async fn m4_calls_begin_element_by_element() {
    let peer = Scripted::new();
    peer.says(r#"["push",["pipeline",0,["echo"],[[[[[1]],[[2]]]]]]]"#);
    peer.says(
        r#"["push",["remap",1,[],[["import",0]],[["pipeline",-1,["two"],[]],["remap",0,[],[["import",-1]],[["pipeline",-1,["square"],[["pipeline",0]]]]],["pipeline",-1,["add"],[1,1]]]]]"#,
    );
    peer.says(r#"["push",["pipeline",0,["nothing"],[]]]"#);
    let each = ["two", "square", "add"];
    let expected = [&["echo"], each.as_slice(), each.as_slice(), &["nothing"]].concat();
    assert_eq!(peer.world.log(), expected);
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
    let (mine, settle_mine) = crate::hook::promise();
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
    let wrapped = map(&list, |n| cap(&crate::hook::revocable(&n).0));
    assert!(failure(value(&wrapped).await).contains(placeholder));
    let broken = map(&list, |_| {
        cap(&Stub::promise(crate::hook::Cap::settled(Err(
            crate::error::Error::new("spilt"),
        ))))
    });
    assert_eq!(failure(value(&broken).await), "spilt");
    assert!(!net.log(0).join("\n").contains("remap"));
    drop((list, passed, inside_another, wrapped, broken));
    net.is_clean().await;
}

/// A call that is not recorded, on a placeholder, fails there and then.
#[track_caller]
fn is_empty_recording(result: &Stub) {
    let crate::hook::State::Settled(outcome) = result.cap().state() else {
        panic!("it is under way");
    };
    assert!(outcome.is_err());
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
async fn l23_a_map_may_take_so_many_steps_nested_ones_included() {
    let nested = r#"["push",["remap",1,[],[],[["remap",0,[],[],[["pipeline",0]]]]]]"#;
    let too_many = r#"["error","RangeError","The map takes more than 2 steps."]"#;
    let in_the_last = [
        r#"["resolve",2,[[[[1,2]],[[3,4]],["promise",-1]]]]"#,
        r#"["reject",-1,["error","RangeError","The map takes more than 8 steps."]]"#,
    ];
    // An outer instruction and two inner ones, for each of three.
    for (steps, answer) in [
        (9, vec![r#"["resolve",2,[[[[1,2]],[[3,4]],[[5,6]]]]]"#]),
        (8, in_the_last.to_vec()),
        (2, vec![&*format!(r#"["reject",2,{too_many}]"#)]),
    ] {
        let limits = Limits {
            max_map_steps: steps,
            ..Limits::default()
        };
        let peer = Scripted::with(limits);
        peer.says(r#"["push",[[[[1,2]],[[3,4]],[[5,6]]]]]"#);
        peer.says(nested);
        peer.says(r#"["pull",2]"#);
        peer.hears(&answer).await;
        // The next one has as many again.
        peer.says(r#"["push",["remap",0,[],[],[["pipeline",0,["square"],[2]]]]]"#);
        peer.says(r#"["pull",3]"#);
        peer.hears(&[r#"["resolve",3,4]"#]).await;
    }
}

/// One short message could have the same megabytes copied a million times.
#[tokio::test]
async fn l23_data_that_is_copied_counts_as_steps() {
    let limits = Limits {
        max_map_steps: 1_000,
        ..Limits::default()
    };
    let big = "x".repeat(1_000_000);
    for instruction in [
        r#"["pipeline",-1,[]]"#.to_owned(),
        r#"["pipeline",-2,["greet"],[["pipeline",-1]]]"#.to_owned(),
        format!(r#"["pipeline",-2,["greet"],["{big}"]]"#),
        format!(r#""{big}""#),
    ] {
        let peer = Scripted::with(limits.clone());
        peer.says(&format!(r#"["push","{big}"]"#));
        let inputs = vec!["0"; 100].join(",");
        peer.says(&format!(r#"["push",[[{inputs}]]]"#));
        peer.says(&format!(
            r#"["push",["remap",2,[],[["import",1],["import",0]],[{instruction},1]]]"#
        ));
        peer.says(r#"["pull",3]"#);
        let heard = peer.heard().await;
        assert!(
            heard
                .join("")
                .contains("The map takes more than 1000 steps."),
            "{instruction:.80}"
        );
        assert!(peer.world.log().len() < 10);
    }
}

#[tokio::test]
async fn l16_what_a_map_keeps_is_charged_and_given_back() {
    let limits = Limits {
        max_retained_bytes: 1_000_000,
        ..Limits::default()
    };
    let peer = Scripted::with(limits);
    let inputs = vec!["0"; 100].join(",");
    peer.says(&format!(r#"["push",[[{inputs}]]]"#));
    let literal = "x".repeat(20_000);
    for id in (2..22).step_by(2) {
        peer.says(&format!(r#"["push",["remap",1,[],[],["{literal}"]]]"#));
        peer.says(&format!(r#"["pull",{id}]"#));
        let heard = peer.heard().await.join("");
        assert!(
            heard.contains("More than 1000000 bytes are kept for the peer already."),
            "{heard:.200}"
        );
        peer.says(r#"["push",["remap",1,[],[],["short"]]]"#);
        peer.says(&format!(r#"["pull",{}]"#, id + 1));
        assert!(peer.heard().await.join("").contains("short"));
        peer.says(&format!(r#"["release",{id},1]"#));
        peer.says(&format!(r#"["release",{},1]"#, id + 1));
    }
    assert!(peer.ended().is_none());
}

#[tokio::test]
async fn l17_calls_of_a_map_are_calls_in_flight() {
    let limits = Limits {
        max_calls_in_flight: 3,
        ..Limits::default()
    };
    let peer = Scripted::with(limits);
    peer.serves(
        r#"→ ["push",[[1,2,3]]]
           → ["push",["remap",1,[],[["import",0]],[["pipeline",-1,["later"],[["pipeline",0]]]]]]
           → ["pull",2]
           ← ["resolve",2,[[["promise",-1],["promise",-2],["promise",-3]]]]
           ← ["reject",-3,["error","Error","Too many calls in flight: more than 3."]]"#,
    )
    .await;
}

/// A long map takes turns with everything else, and keeps its own order.
#[tokio::test]
async fn a_long_map_does_not_hold_up_its_session() {
    let peer = Scripted::new();
    let inputs = vec!["0"; 10_000].join(",");
    peer.says(&format!(r#"["push",[[{inputs}]]]"#));
    peer.says(r#"["push",["remap",1,[],[["import",0]],[["pipeline",-1,["square"],[["pipeline",0]]],["pipeline",-1,["two"],[]],7]]]"#);
    peer.says(r#"["push",["pipeline",0,["nothing"],[]]]"#);
    let log = peer.world.log();
    let before = log
        .iter()
        .position(|name| name == "nothing")
        .expect("it has begun");
    assert!(before < 200, "{before} calls went before it");
    peer.says(r#"["pull",2]"#);
    while peer.heard().await.is_empty() {}
    let log = peer.world.log();
    let calls: Vec<_> = log.iter().filter(|name| *name != "nothing").collect();
    assert_eq!(calls.len(), 20_000);
    assert!(calls.chunks(2).all(|pair| pair == ["square", "two"]));
}

/// Nested replays are not nested on the stack.
#[tokio::test]
async fn maps_nested_as_deep_as_json_goes_are_executed_or_refused() {
    let peer = Scripted::with(Limits {
        max_json_depth: 100_000,
        ..Limits::default()
    });
    let depth = 300;
    let message = format!(
        r#"["push",{}1{}]"#,
        r#"["remap",0,[],[],["#.repeat(depth),
        "]]".repeat(depth)
    );
    peer.says(&message);
    peer.says(r#"["pull",1]"#);
    let heard = peer.heard().await.join("");
    assert!(
        heard.contains("[\"reject\",1,[\"error\",\"TypeError\",\"Deserialization exceeded"),
        "{heard:.200}"
    );
}

#[tokio::test]
async fn a_map_stops_when_its_session_ends() {
    let peer = Scripted::new();
    let inputs = vec!["0"; 10_000].join(",");
    peer.says(&format!(r#"["push",[[{inputs}]]]"#));
    peer.says(r#"["push",["remap",1,[],[["import",0]],[["pipeline",-1,["two"],[]]]]]"#);
    peer.connection
        .terminate(&crate::error::Disconnect::Shutdown);
    let before = peer.world.log().len();
    settle().await;
    assert_eq!(peer.world.log().len(), before);
    assert!(before < 10_000);
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

#[tokio::test]
async fn m25_a_stream_to_write_to_is_not_mapped() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["pipe"]
           → ["push",["remap",1,[],[],[["pipeline",0]]]]
           → ["pull",2]
           ← ["reject",2,["error","Error","Cannot use map() on a WritableStream"]]
           → ["release",2,1]
           → ["release",1,1]"#,
    )
    .await;
    peer.is_clean().await;
}
