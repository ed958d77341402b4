//! Mappers of a peer's: the transcripts, and what is wrong with some.

use crate::session::tests::support::{Scripted, settle};

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

/// Arrays, nothing, and anything else (M-1).
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

/// Empty (M-20), with ids that are not there (M-21), with what only a session can introduce (M-3,
/// M-22), unreadable (M-23).
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

/// It is told of the calls, and not handed the mapper with all that was captured (M-1).
#[tokio::test]
async fn m1_an_object_of_the_peers_is_an_input_and_not_whom_to_ask() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["push",["pipeline",0,["echo"],[["export",-1]]]]
           → ["push",["remap",1,[],[["import",0]],[["pipeline",0,["double"],[4]],["pipeline",-1,["square"],[["pipeline",1]]]]]]
           → ["pull",2]
           ← ["push",["pipeline",-1,["double"],[4]]]
           ← ["pull",1]
           → ["resolve",1,8]
           ← ["release",1,1]
           ← ["resolve",2,64]
           → ["release",2,1]
           → ["release",1,1]
           ← ["release",-1,1]"#,
    )
    .await;
    peer.is_clean().await;
}

#[tokio::test]
async fn p2_a_stream_among_the_inputs_has_no_members() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["push",[[["writable",-1]]]]
           → ["push",["remap",1,[],[],[["pipeline",0,["write"],["x"]]]]]
           → ["pull",2]
           ← ["resolve",2,[[["promise",-1]]]]
           ← ["reject",-1,["error","TypeError","'write' is not a function."]]
           → ["release",2,1]
           → ["release",-1,1]
           → ["release",1,1]
           ← ["release",-1,1]"#,
    )
    .await;
    peer.is_clean().await;
}

/// As it is in a push (S-31, W-43): what is the whole result is a result, though it is named as a stub.
#[tokio::test]
async fn m1_a_call_that_is_named_as_a_stub_fails_as_a_whole() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["push",["pipeline",0,["user"],[]]]
           → ["push",["remap",1,[],[["import",0]],[["import",-1,["throwIt"],[]]]]]
           → ["pull",2]
           ← ["reject",2,["error","RangeError","boom",null,{"code":"E_X","cause":["error","TypeError","inner"]}]]
           → ["push",["remap",1,[],[["import",0]],[["import",-1,["square"],[3]]]]]
           → ["pull",3]
           ← ["resolve",3,9]
           → ["release",1,1]
           → ["release",2,1]
           → ["release",3,1]"#,
    )
    .await;
    peer.is_clean().await;
}
