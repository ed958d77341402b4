//! What comes home is what it was; what is foreign stays so (A9, A10).

use futures_util::stream;

use super::parcels::{Parcel, read};
use super::scene::{Place, Scene, Secret, act, apply, function, only, ready, stub, value};
use crate::data::to_value;
use crate::error::Error;
use crate::hook::wrapper::membrane::Membrane;
use crate::hook::wrapper::membrane::border::Side;
use crate::hook::{Brand, Facet, Interface, Results, Stub, Value, attenuate, promise};
use crate::typed::ReadableStream;
use crate::value::ErrorClass;
use std::sync::Arc;

fn of(stub: &Stub) -> Value {
    Value::Capability(stub.clone())
}

fn here() -> Scene {
    Scene::new(Place::Here, Parcel::Bare)
}

/// Somebody on the inside who gives back what it is given, and notes it.
fn echo(scene: &Scene) -> (Stub, Arc<std::sync::Mutex<Vec<Value>>>) {
    let noted = Arc::<std::sync::Mutex<Vec<Value>>>::default();
    let log = Arc::clone(&noted);
    let echo = scene.enter(move |args| {
        let given = only(args);
        log.lock().unwrap().push(given.clone());
        ready(Ok(given))
    });
    (echo, noted)
}

#[tokio::test]
async fn ones_own_comes_home_bare() {
    let scene = here();
    let (echo, inside_got) = echo(&scene);
    let own = scene.secret(Side::Outside).stub();
    let back = value(&act(&echo, [of(&own)])).await.unwrap();
    assert_eq!(back, of(&own), "the outside's");
    let lent = scene.secret(Side::Inside).stub();
    let wrapped = scene.membrane.outward_stub(&lent);
    let back = value(&act(&echo, [of(&wrapped)])).await.unwrap();
    assert_eq!(back, of(&wrapped), "what the outside has of the inside's");
    let got = inside_got.lock().unwrap();
    assert_ne!(got[0], of(&own), "the inside gets it wrapped");
    assert_eq!(got[1], of(&lent), "the inside's");
}

#[tokio::test]
async fn a_promise_and_a_stream_come_home_bare() {
    let scene = here();
    let (own, result) = promise();
    let own = Stub::promise(own);
    let wrapped = scene.membrane.inward_stub(&own.step("x"));
    assert_ne!(wrapped, own.step("x"));
    assert_eq!(scene.membrane.outward_stub(&wrapped), own.step("x"));
    result.settle(Ok(Value::Null));

    let chunks: ReadableStream<Value> = ReadableStream::new(stream::iter([Value::Bool(true)]));
    let own = stub(to_value(&chunks).unwrap()).unwrap();
    let wrapped = scene.membrane.inward_stub(&own);
    assert_eq!(scene.membrane.outward_stub(&wrapped), own);
    assert_eq!(
        read(of(&own)).await.unwrap(),
        Value::Bool(true),
        "it goes on"
    );
    assert!(read(of(&wrapped)).await.is_err(), "it is gone from there");
}

/// The fault: somebody who holds the membrane's own wrapper on the wrong side, because it was passed
/// around the membrane, gets it unwrapped by passing it on.
#[tokio::test]
async fn what_went_around_the_membrane_stays_wrapped() {
    let scene = here();
    let lent = scene.secret(Side::Inside).stub();
    let wrapped = scene.membrane.outward_stub(&lent);
    assert_eq!(scene.membrane.outward_stub(&wrapped), wrapped);
}

#[tokio::test]
async fn the_boundaries_of_others_stay() {
    let scene = here();
    let other = Membrane::new();
    let (echo, inside_got) = echo(&scene);
    let foreign = other.outward_stub(&scene.secret(Side::Outside).stub());
    let back = value(&act(&echo, [of(&foreign)])).await.unwrap();
    assert_eq!(back, of(&foreign));
    let got = stub(inside_got.lock().unwrap()[0].clone()).unwrap();
    assert!(value(&apply(&got, [])).await.is_ok());
    other.revoker().revoke("the other");
    assert!(value(&apply(&got, [])).await.unwrap_err().is_revoked());
}

/// A10: of two membranes, either can end what passes both.
#[tokio::test]
async fn stacked_membranes_intersect() {
    for which in [0, 1] {
        let both = [Membrane::new(), Membrane::new()];
        let secret = Secret::new();
        let secret_stub = secret.stub();
        let give = function(move |_| ready(Ok(Value::Array(vec![of(&secret_stub)]))));
        let stacked = both
            .iter()
            .fold(give, |stub, membrane| membrane.outward_stub(&stub));
        let Value::Array(given) = value(&apply(&stacked, [])).await.unwrap() else {
            panic!("it gives an array");
        };
        let given = stub(given[0].clone()).unwrap();
        assert!(value(&apply(&given, [])).await.is_ok());
        both[which].revoker().revoke("one of two");
        assert!(value(&apply(&given, [])).await.unwrap_err().is_revoked());
        assert!(value(&apply(&stacked, [])).await.unwrap_err().is_revoked());
        assert_eq!(secret.entered(), 1);
    }
}

#[tokio::test]
async fn one_object_has_one_wrapper_as_long_as_somebody_holds_it() {
    let scene = here();
    let secret = scene.secret(Side::Inside).stub();
    let first = scene.membrane.outward_stub(&secret);
    assert_eq!(scene.membrane.outward_stub(&secret), first);
    assert_ne!(
        scene.membrane.inward_stub(&secret),
        first,
        "on the other side"
    );
    drop(first);
    for _ in 0..1000 {
        drop(scene.membrane.outward_stub(&secret));
        drop(scene.membrane.outward_stub(&Secret::new().stub()));
    }
    assert_eq!(scene.membrane.wrappers(), 0, "what is not held is not kept");
}

/// The fault: a peer has what it was given wrapped again and again, until the stack is exhausted.
#[tokio::test]
async fn there_is_an_end_to_stacking() {
    let membranes: Vec<_> = (0..100).map(|_| Membrane::new()).collect();
    let secret = Secret::new();
    let wrap = |bare: Stub| {
        membranes
            .iter()
            .fold(bare, |stub, membrane| membrane.outward_stub(&stub))
    };
    let error = value(&apply(&wrap(secret.stub()), [])).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::RangeError);
    let (promise, result) = promise();
    let wrapped = wrap(Stub::promise(promise));
    result.settle(Ok(of(&secret.stub())));
    let error = value(&apply(&wrapped, [])).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::RangeError);
    assert_eq!(secret.entered(), 0);
}

/// A promise that would become itself by way of the membrane must not wait for ever.
#[tokio::test]
async fn a_promise_does_not_become_itself_through_a_membrane() {
    let scene = here();
    let (own, result) = promise();
    let wrapped = scene.membrane.outward_stub(&Stub::promise(own.clone()));
    result.settle(Ok(of(&wrapped)));
    let error: Error = value(&Stub::promise(own)).await.unwrap_err();
    assert_eq!(error.to_string(), "The promise was resolved to itself.");
}

/// The fault: who watches a promise is not told of the end of what it became, once the promise itself is
/// dropped.
#[tokio::test]
async fn who_watches_a_promise_is_told_of_the_end_of_what_it_became() {
    let scene = here();
    let (own, result) = promise();
    let wrapped = scene.membrane.outward_stub(&Stub::promise(own));
    let (told, heard) = std::sync::mpsc::channel();
    wrapped.on_broken(move |error| told.send(error.to_string()).unwrap());
    result.settle(Ok(of(&scene.secret(Side::Inside).stub())));
    let became = value(&wrapped).await.unwrap();
    drop(wrapped);
    scene.membrane.revoker().revoke("dismissed");
    let told: Vec<_> = heard.try_iter().collect();
    assert_eq!(told, ["revoked: dismissed"]);
    drop(became);
}

static NOTHING: Interface = Interface::new("Nothing", &[]);
static NO_GRANTS: [Results; 0] = [];
static FACET: Facet = Facet::new(&NOTHING, &NO_GRANTS);

/// What is in front of a wrapper is somebody else's: it is not unwrapped through that.
#[tokio::test]
async fn a_facet_of_a_wrapper_is_no_wrapper() {
    let scene = here();
    let (echo, inside_got) = echo(&scene);
    let secret = scene.secret(Side::Inside).stub();
    let facet = attenuate(&scene.membrane.outward_stub(&secret), &FACET);
    let back = value(&act(&echo, [of(&facet)])).await.unwrap();
    assert_eq!(back, of(&facet));
    let got = stub(inside_got.lock().unwrap()[0].clone()).unwrap();
    assert_ne!(got, secret);
    assert!(
        value(&apply(&got, [])).await.is_err(),
        "the facet has nothing"
    );
}

/// The fault: to look for the name of an interface behind a dead wrapper of the same membrane asks the
/// membrane, which is being asked.
#[tokio::test]
async fn what_is_in_front_of_a_dead_wrapper_is_wrapped_too() {
    let scene = here();
    let wrapped = scene
        .membrane
        .outward_stub(&scene.secret(Side::Inside).stub());
    let sealed = Brand::<u32>::new().seal_stub(&wrapped, Arc::new(7));
    scene.membrane.revoker().revoke("over");
    let again = scene.membrane.inward_stub(&sealed);
    assert!(value(&apply(&again, [])).await.unwrap_err().is_revoked());
}

/// A maker knows its own where it comes home, and not as what others have put a membrane around.
#[tokio::test]
async fn a_brand_is_not_seen_through_a_membrane() {
    let scene = here();
    let brand = Brand::<u32>::new();
    let (echo, inside_got) = echo(&scene);
    let sealed = brand.seal_stub(&scene.secret(Side::Inside).stub(), Arc::new(7));
    let outside = scene.membrane.outward_stub(&sealed);
    assert!(brand.unseal_stub(&outside).is_none());
    value(&act(&echo, [of(&outside)])).await.unwrap();
    let home = stub(inside_got.lock().unwrap()[0].clone()).unwrap();
    assert_eq!(brand.unseal_stub(&home).as_deref(), Some(&7));
    let (promised, result) = promise();
    let outside = scene.membrane.outward_stub(&Stub::promise(promised));
    result.settle(Ok(of(&sealed)));
    assert!(brand.unseal_stub(&outside).is_none());
}
