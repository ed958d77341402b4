//! How much a mapper of a peer's may do, and what it holds up meanwhile: nothing.

use crate::error::Disconnect;
use crate::limits::Limits;
use crate::session::tests::support::{Scripted, settle};

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
        r#"["remap",-1,[],[],[1]]"#.to_owned(),
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
    peer.connection.terminate(&Disconnect::Shutdown);
    let before = peer.world.log().len();
    settle().await;
    assert_eq!(peer.world.log().len(), before);
    assert!(before < 10_000);
}
