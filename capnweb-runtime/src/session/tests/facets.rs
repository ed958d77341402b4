//! Facets and revoked references as a peer sees them on the wire (attacks A2, A3, A15).

use super::support::{Scripted, call, function, is, number, object, stub};
use super::world::World;
use crate::hook::{
    Cancel, Facet, Interface, Member, MemberKind, Results, Revoker, Stub, Value, attenuate,
};
use crate::limits::Limits;

static MEMBERS: [Member; 3] = [
    Member::new("square", MemberKind::Method, Cancel::Cooperative),
    Member::new("prop", MemberKind::Property, Cancel::Cooperative),
    Member::new("give", MemberKind::Method, Cancel::Cooperative),
];
static INTERFACE: Interface = Interface::new("Squares", &MEMBERS);
static SQUARES: Facet = Facet::new(&INTERFACE, &[Results::Data; 3]);

/// Serves the facet of a new world.
fn squares() -> (World, Scripted) {
    let world = World::new();
    let facet = attenuate(&world.stub(), &SQUARES);
    let peer = Scripted::serving(facet.into_cap(), Limits::default());
    (world, peer)
}

#[tokio::test]
async fn a_facet_serves_what_it_grants() {
    let (world, peer) = squares();
    peer.serves(
        r#"→ ["push",["pipeline",0,["square"],[3]]]
           → ["pull",1]
           ← ["resolve",1,9]
           → ["push",["pipeline",0,["prop","a",1]]]
           → ["pull",2]
           ← ["resolve",2,2]
           → ["push",["pipeline",0,["square"]]]
           → ["push",["pipeline",3,[],[4]]]
           → ["pull",4]
           ← ["resolve",4,16]"#,
    )
    .await;
    assert_eq!(world.log(), ["square", "prop", "square"]);
}

#[tokio::test]
async fn a15_a_member_the_facet_lacks_looks_like_one_that_never_existed() {
    let lacking = ["makeCounter", "echo", "keep", "endSession", "stopped"];
    let forms = [
        r#"["pipeline",0,["NAME"],[]]"#,
        r#"["pipeline",0,["NAME"],[1,["export",-1]]]"#,
        r#"["pipeline",0,["NAME"]]"#,
        r#"["pipeline",0,["NAME","deep"]]"#,
        r#"["pipeline",0,["NAME","deep"],[]]"#,
        r#"["pipeline",0,["NAME","deep","er"]]"#,
        r#"["pipeline",0,["NAME",0],[]]"#,
        r#"["pipeline",0,["NAME","constructor"]]"#,
        r#"["pipeline",0,["square","NAME"],[]]"#,
        r#"["pipeline",0,["prop","NAME","deep"],[]]"#,
        r#"["import",0,["NAME"]]"#,
    ];
    for name in lacking {
        for form in forms {
            let (denied, absent) = (answers(form, name).await, answers(form, "neverWas").await);
            assert_eq!(denied, absent, "{form} {name}");
            assert!(!denied.is_empty());
        }
    }
}

/// Returns what a facet says to an expression, with the name in it taken out again.
async fn answers(form: &str, name: &str) -> Vec<String> {
    let (world, peer) = squares();
    peer.says(&format!(r#"["push",{}]"#, form.replace("NAME", name)));
    peer.says(r#"["pull",1]"#);
    let heard = peer.heard().await;
    assert!(!world.log().iter().any(|entered| entered == name));
    heard
        .into_iter()
        .map(|frame| frame.replace(name, "NAME"))
        .collect()
}

#[tokio::test]
async fn a3_paths_reach_only_what_is_declared() {
    let undefined = r#"["resolve",1,["undefined"]]"#;
    for main in [
        World::new().stub(),
        attenuate(&World::new().stub(), &SQUARES),
    ] {
        for path in [
            r#"["constructor"]"#,
            r#"["__proto__"]"#,
            r#"["toString"]"#,
            r#"["toJSON"]"#,
            "[0]",
            r#"["0"]"#,
            "[-1]",
            r#"["inner"]"#,
            r#"["square","constructor"]"#,
            r#"["square","length"]"#,
            r#"["prop","constructor"]"#,
            r#"["prop","a","length"]"#,
            r#"["prop","a","0"]"#,
            r#"["prop","a",-1]"#,
            r#"["prop","a",1.5]"#,
            r#"["prop","a",99]"#,
            r#"["prop","a",9007199254740993]"#,
        ] {
            let peer = Scripted::serving(main.cap().clone(), Limits::default());
            peer.says(&format!(r#"["push",["pipeline",0,{path}]]"#));
            peer.says(r#"["pull",1]"#);
            peer.hears(&[undefined]).await;
        }
    }
}

#[tokio::test]
async fn c1_calls_on_what_is_not_there_say_so() {
    for (path, text) in [
        ("[]", "'' is not a function."),
        (r#"["constructor"]"#, "'constructor' is not a function."),
        (r#"["prop"]"#, "'prop' is not a function."),
        (r#"["prop","a"]"#, "'prop.a' is not a function."),
        (
            r#"["nope","x"]"#,
            "Cannot read properties of undefined (reading 'x')",
        ),
        (r#"["square","x"]"#, "'square.x' is not a function."),
    ] {
        for main in [
            World::new().stub(),
            attenuate(&World::new().stub(), &SQUARES),
        ] {
            let peer = Scripted::serving(main.cap().clone(), Limits::default());
            peer.says(&format!(r#"["push",["pipeline",0,{path},[]]]"#));
            peer.says(r#"["pull",1]"#);
            peer.hears(&[&format!(r#"["reject",1,["error","TypeError","{text}"]]"#)])
                .await;
        }
    }
}

#[tokio::test]
async fn a4_a_capability_that_was_not_granted_does_not_come_out() {
    let (world, peer) = squares();
    peer.serves(
        r#"→ ["push",["pipeline",0,["give"],[]]]
           → ["push",["pipeline",1,["s"],[]]]
           → ["pull",1]
           ← ["reject",1,["error","TypeError","The result holds a capability that the facet does not grant."]]
           → ["pull",2]
           ← ["reject",2,["error","TypeError","The result holds a capability that the facet does not grant."]]
           → ["release",1,1]
           → ["release",2,1]"#,
    )
    .await;
    assert_eq!(world.log(), ["give"]);
    peer.is_clean().await;
}

#[tokio::test]
async fn revocation_cuts_off_what_is_in_flight_and_what_comes_later() {
    let world = World::new();
    let revoker = Revoker::new();
    let guarded = revoker.revocable_stub(&world.stub());
    let peer = Scripted::serving(guarded.into_cap(), Limits::default());
    let error =
        r#"["error","Error","revoked: dismissed",null,{"code":"REVOKED","reason":"dismissed"}]"#;
    peer.says(r#"["push",["pipeline",0,["hang"],[]]]"#);
    peer.says(r#"["push",["pipeline",1,["x"],[]]]"#);
    peer.says(r#"["pull",1]"#);
    peer.hears(&[]).await;
    revoker.revoke("dismissed");
    peer.says(r#"["push",["pipeline",0,["square"],[1]]]"#);
    peer.says(r#"["pull",2]"#);
    peer.says(r#"["pull",3]"#);
    let expected = [1, 2, 3].map(|id| format!(r#"["reject",{id},{error}]"#));
    assert_eq!(peer.heard().await, expected);
    assert_eq!(world.log(), ["hang"]);
}

#[tokio::test]
async fn what_is_wrapped_too_often_is_broken_and_overflows_nothing() {
    let world = World::new();
    let mut wrapped = world.stub();
    for _ in 0..1_000 {
        wrapped = attenuate(&wrapped, &SQUARES);
        wrapped = Revoker::new().revocable_stub(&wrapped);
    }
    let error = super::support::value(&call(&wrapped, "square", [number(2.0)])).await;
    assert!(
        error
            .expect_err("it is broken")
            .to_string()
            .contains("wrapped")
    );
    drop(wrapped);
    assert_eq!(world.log(), Vec::<String>::new());
}

#[tokio::test]
async fn a10_stacked_facets_grant_what_all_of_them_grant() {
    static ONLY_GIVE: Interface = Interface::new(
        "Give",
        &[Member::new("give", MemberKind::Method, Cancel::Cooperative)],
    );
    static WHOLE_GIVE: Facet = Facet::new(&ONLY_GIVE, &[Results::Whole]);
    let world = World::new();
    let stacked = attenuate(&attenuate(&world.stub(), &SQUARES), &WHOLE_GIVE);
    let outcome = super::support::value(&call(&stacked, "give", [])).await;
    assert!(outcome.is_err(), "the inner facet does not grant it whole");
    let whole = attenuate(&world.stub(), &WHOLE_GIVE);
    let given = super::support::value(&call(&whole, "give", [])).await;
    let Ok(Value::Object(given)) = given else {
        panic!("it is granted");
    };
    let given: Stub = stub(
        given
            .get("s")
            .cloned()
            .ok_or_else(|| crate::error::Error::new("")),
    );
    is(
        super::support::value(&super::support::apply(
            &given,
            [function(|_| Ok(object([])))],
        ))
        .await,
        Value::Null,
    );
}
