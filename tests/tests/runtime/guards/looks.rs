//! A15: what a denial looks like on the raw wire.

use capnweb_runtime::policy::{Arguments, CallBudget, Denial, Methods, Policy, absent};

use super::{Garden, nothing};
use crate::support::{RawPeer, serving};

/// Everything that one can do with a member, by its name.
const WAYS: [&str; 7] = [
    r#"["pipeline",0,["NAME"],["x"]]"#,
    r#"["pipeline",0,["NAME"],[]]"#,
    r#"["pipeline",0,["NAME"]]"#,
    r#"["pipeline",0,["NAME","further"],["x"]]"#,
    r#"["pipeline",0,["NAME","further"]]"#,
    r#"["pipeline",0,["NAME","further","still"],[]]"#,
    r#"["remap",0,["NAME"],[],[["pipeline",0,["x"]]]]"#,
];

/// Returns what a peer is told for each of the [`WAYS`], with the name left out.
async fn told(policy: impl Policy + Clone, name: &str) -> Vec<String> {
    let garden = Garden::default();
    let served = garden.clone();
    let url = serving(move |_| served.shed().guarded(policy.clone())).await;
    let mut peer = RawPeer::connect(&url).await;
    let mut answers = Vec::new();
    for (id, way) in (1..).zip(WAYS) {
        let answer = peer.ask(id, &way.replace("NAME", name)).await;
        answers.push(answer.replace(&format!("'{name}'"), "'NAME'"));
    }
    assert_eq!(garden.entered(), 0, "{name} was entered");
    answers
}

/// If it failed, a peer could find out what there is that it may not have.
#[tokio::test]
async fn a15_what_looks_absent_is_told_like_what_never_was() {
    let admits = |_: &capnweb_runtime::policy::Crossing<'_>| Ok(());
    let never_was = told(admits, "neverWas").await;
    for name in ["read", "door", "name"] {
        let unlisted = absent(Methods::only(["list"]));
        assert_eq!(told(unlisted, name).await, never_was, "{name}");
        let listed = absent(Methods::except([name]));
        assert_eq!(told(listed, name).await, never_was, "{name}");
        let spent = absent(CallBudget::new(0));
        assert_eq!(told(spent, name).await, never_was, "{name}");
        let own = |_: &capnweb_runtime::policy::Crossing<'_>| Err(Denial::absent());
        assert_eq!(told(own, name).await, never_was, "{name}");
    }
    let denied = told(nothing, "read").await;
    assert!(
        denied.iter().all(|answer| answer.contains("DENIED")),
        "this test can tell one from the other: {denied:?}"
    );
}

/// If it failed, a caller could find out which arguments a method would have taken.
#[tokio::test]
async fn a15_a_method_that_is_absent_for_some_arguments() {
    let picky = absent(Arguments::of("read", |_| false));
    let url = serving(move |_| Garden::default().shed().guarded(picky.clone())).await;
    let mut peer = RawPeer::connect(&url).await;
    let denied = peer.ask(1, r#"["pipeline",0,["read"],["x"]]"#).await;
    let absent = peer.ask(2, r#"["pipeline",0,["raed"],["x"]]"#).await;
    assert_eq!(denied, absent.replace("raed", "read"));
}

#[tokio::test]
async fn what_a_peer_is_told_of_a_denial() {
    let url = serving(|_| Garden::default().shed().guarded(nothing)).await;
    let mut peer = RawPeer::connect(&url).await;
    let told = peer.ask(1, r#"["pipeline",0,["list"],[]]"#).await;
    assert_eq!(
        told,
        r#"reject ["error","Error","denied: never",null,{"code":"DENIED","reason":"never"}"#
    );
}
