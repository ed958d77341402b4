//! Three parties: a session in the middle that hands references on (protocol S-52, S-53).

use super::support::{Net, array, call, failure, function, is, number, object, read, string, stub};
use super::world::{COUNTER, WORLD, World};
use crate::hook::{Facet, Interface, Results, Revoker, Stub, Value, attenuate};

/// A client C, connected to B in the middle, who is connected to the server A.
struct Three {
    net: Net,
    server: World,
    client: World,
    /// What C has of B's.
    main: Stub,
    _mains: [Stub; 3],
}

const CB: usize = 1;
const BA: usize = 0;

impl Three {
    /// B serves C what `hand_on` makes of A's main object.
    fn new(hand_on: impl FnOnce(&Stub) -> Stub) -> Self {
        let (client, server) = (World::new(), World::new());
        let mut net = Net::new();
        let (a, b_for_a) = net.connect(&World::new().stub(), &server.stub());
        let (main, c_for_b) = net.connect(&client.stub(), &hand_on(&a));
        Self {
            net,
            server,
            client,
            main,
            _mains: [a, b_for_a, c_for_b],
        }
    }

    async fn is_clean(&self) {
        self.net.is_clean().await;
        assert_eq!((self.client.alive(), self.server.alive()), (0, 0));
    }
}

fn of(stub: &Stub) -> Value {
    Value::Capability(stub.clone())
}

#[tokio::test]
async fn x20_calls_are_pipelined_through_the_middle() {
    let three = Three::new(Stub::clone);
    let counter = call(&three.main, "makeCounter", [number(4.0)]);
    let sum = call(&counter, "increment", [number(2.0)]);
    is(three.net.value(&sum).await, number(6.0));
    drop((counter, sum));
    three.is_clean().await;
    let ba = [
        r#"→ ["push",["pipeline",0,["makeCounter"],[4]]]"#,
        r#"→ ["push",["pipeline",1,["increment"],[2]]]"#,
        r#"→ ["pull",2]"#,
        r#"← ["resolve",2,6]"#,
        r#"→ ["release",2,1]"#,
        r#"→ ["release",1,1]"#,
    ];
    assert_eq!(three.net.log(BA), ba);
    assert_eq!(three.net.log(CB), ba);
}

#[tokio::test]
async fn x20_a_capability_is_handed_on_under_an_id_of_each_session() {
    let three = Three::new(Stub::clone);
    let counter = stub(
        three
            .net
            .value(&call(&three.main, "makeCounter", [number(4.0)]))
            .await,
    );
    is(
        three.net.value(&call(&counter, "increment", [])).await,
        number(5.0),
    );
    is(three.net.value(&read(&counter, "value")).await, number(5.0));
    drop(counter);
    three.is_clean().await;
    for link in [BA, CB] {
        let log = three.net.log(link);
        assert!(log.contains(&r#"← ["resolve",1,["export",-1]]"#.to_owned()));
        assert_eq!(
            log.last().map(String::as_str),
            Some(r#"→ ["release",-1,1]"#)
        );
    }
}

#[tokio::test]
async fn s52_callbacks_and_references_come_back_through_the_middle() {
    let three = Three::new(Stub::clone);
    let counter = three.client.counter(1.0);
    let sum = call(&three.main, "incrementCounter", [of(&counter), number(2.0)]);
    is(three.net.value(&sum).await, number(3.0));
    let wrapped = call(&three.main, "wrap", [of(&counter)]);
    is(
        three.net.value(&wrapped).await,
        object([("x", of(&counter))]),
    );
    let tenfold = function(|args| match args.first() {
        Some(Value::Number(x)) => Ok(number(x * 10.0)),
        _ => Ok(Value::Null),
    });
    let result = call(&three.main, "callFunction", [tenfold, number(4.0)]);
    is(
        three.net.value(&result).await,
        object([("result", number(40.0))]),
    );
    drop((counter, sum, wrapped, result));
    three.is_clean().await;
}

#[tokio::test]
async fn s53_promises_are_handed_on_both_ways() {
    let three = Three::new(Stub::clone);
    let later = call(&three.main, "later", [object([("n", number(3.0))])]);
    let squared = call(&three.main, "square", [of(&later.step("n"))]);
    let nested = call(&three.main, "echo", [array([of(&later)])]);
    three.net.run().await;
    three.server.open_gate();
    is(three.net.value(&squared).await, number(9.0));
    is(
        three.net.value(&nested).await,
        array([object([("n", number(3.0))])]),
    );
    let failed = call(&three.main, "throwIt", []);
    let too = call(&three.main, "square", [of(&failed)]);
    let error = three
        .net
        .value(&too)
        .await
        .expect_err("its argument failed");
    assert_eq!(error.prop("code"), Some(&string("E_X")));
    drop((later, squared, nested, failed, too));
    three.is_clean().await;
}

#[tokio::test]
async fn s27_letting_go_at_one_end_cancels_at_the_other() {
    for hand_on in [Stub::clone as fn(&Stub) -> Stub, facet, guarded] {
        let three = Three::new(hand_on);
        let (later, stopped) = (
            call(&three.main, "later", [number(1.0)]),
            call(&three.main, "stopped", []),
        );
        three.net.run().await;
        assert_eq!((three.server.cancelled(), three.server.alive()), (0, 1));
        drop((later, stopped));
        three.net.run().await;
        assert_eq!((three.server.cancelled(), three.server.alive()), (1, 0));
        three.is_clean().await;
    }
}

#[tokio::test]
async fn a_session_that_ends_fails_what_goes_through_it() {
    for hand_on in [Stub::clone as fn(&Stub) -> Stub, facet, guarded] {
        let three = Three::new(hand_on);
        let hanging = call(&three.main, "hang", []);
        three.net.run().await;
        three
            .net
            .link(BA)
            .right
            .handle_message(r#"["abort","gone"]"#);
        three
            .net
            .link(BA)
            .left
            .handle_message(r#"["abort","gone"]"#);
        // What another peer said is not for this one.
        assert_eq!(failure(three.net.value(&hanging).await), TOLD);
        let again = call(&three.main, "square", [number(1.0)]);
        assert_eq!(failure(three.net.value(&again).await), TOLD);
    }
}

/// What a peer is told of the end of a session that is not its own.
const TOLD: &str = "An internal error occurred.";

#[tokio::test]
async fn remote_references_can_be_guarded() {
    wrapped_references_work(guarded).await;
}

#[tokio::test]
async fn remote_references_can_be_attenuated() {
    wrapped_references_work(facet).await;
}

#[tokio::test]
async fn wrappers_stack() {
    wrapped_references_work(|stub| facet(&guarded(&facet(&guarded(stub))))).await;
}

/// A wrapper must keep alive what it waits for: a promise of the peer's is released when its last
/// handle is dropped.
async fn wrapped_references_work(hand_on: fn(&Stub) -> Stub) {
    let three = Three::new(hand_on);
    is(
        three
            .net
            .value(&call(&three.main, "square", [number(3.0)]))
            .await,
        number(9.0),
    );
    is(
        three.net.value(&read(&three.main, "prop").step("a")).await,
        array([number(1.0), number(2.0)]),
    );
    let later = call(&three.main, "later", [number(7.0)]);
    three.net.run().await;
    assert_eq!(three.server.cancelled(), 0);
    three.server.open_gate();
    is(three.net.value(&later).await, number(7.0));
    let counter = call(&three.main, "makeCounter", [number(4.0)]);
    is(
        three.net.value(&call(&counter, "increment", [])).await,
        number(5.0),
    );
    let sum = call(&three.main, "add", [of(&later), number(1.0)]);
    is(three.net.value(&sum).await, number(8.0));
    let function = stub(three.net.value(&read(&three.main, "square")).await);
    is(
        three
            .net
            .value(&super::support::apply(&function, [number(4.0)]))
            .await,
        number(16.0),
    );
    drop((later, counter, sum, function));
    three.is_clean().await;
}

#[tokio::test]
async fn a14_revocation_lets_go_of_a_remote_target_that_a_peer_still_holds() {
    let revoker = Revoker::new();
    let three = Three::new(Stub::clone);
    let counter = stub(three.net.value(&call(&three.main, "makeCounter", [])).await);
    let guarded = revoker.revocable_stub(&counter);
    drop(counter);
    let hanging = call(&revoker.revocable_stub(&three.main), "hang", []);
    three.net.run().await;
    assert_eq!(three.server.alive(), 1);
    revoker.revoke("dismissed");
    let error = three.net.value(&hanging).await.expect_err("it was cut off");
    assert!(error.is_revoked());
    three.net.run().await;
    assert_eq!(three.server.alive(), 0);
    let error = three.net.value(&call(&guarded, "increment", [])).await;
    assert_eq!(failure(error), "revoked: dismissed");
    drop(hanging);
    three.is_clean().await;
}

fn guarded(stub: &Stub) -> Stub {
    Revoker::new().revocable_stub(stub)
}

/// A facet that grants everything, counters among it as facets that grant everything.
fn facet(stub: &Stub) -> Stub {
    attenuate(stub, &WHOLE_WORLD)
}

static WHOLE_WORLD: Facet = Facet::new(
    &WORLD_INTERFACE,
    &[Results::Narrowed(|| &WHOLE_COUNTER); WORLD.members.len()],
);
static WORLD_INTERFACE: Interface = Interface::new("Facet", WORLD.members);
static WHOLE_COUNTER: Facet = Facet::new(&COUNTER_INTERFACE, &[Results::Data; 2]);
static COUNTER_INTERFACE: Interface = Interface::new("CounterFacet", COUNTER.members);
