//! Peers that mean harm: none of them may panic, hang, or grow this side without bound.

use super::support::Scripted;

/// Says one thing and expects the session to end with this error.
async fn ends(messages: &[&str], abort: &str) {
    let peer = Scripted::new();
    for message in messages {
        peer.says(message);
    }
    let heard = peer.heard().await;
    assert_eq!(
        heard.last().map(String::as_str),
        Some(abort),
        "{messages:?}"
    );
    assert!(peer.ended().is_some());
    peer.holds(0, 0);
    peer.says(r#"["push",["pipeline",0,["square"],[3]]]"#);
    peer.says(r#"["pull",1]"#);
    peer.hears(&[]).await;
}

fn error(text: &str) -> String {
    format!(r#"["abort",["error","Error","{text}"]]"#)
}

/// Protocol W-42, B-11, L-41.
#[tokio::test]
async fn forged_ids_end_the_session() {
    for (message, text) in [
        (
            r#"["push",["pipeline",7,["a"],[]]]"#,
            "no such entry on exports table: 7",
        ),
        (
            r#"["push",["import",-1]]"#,
            "no such entry on exports table: -1",
        ),
        (
            r#"["push",["pipeline",0.5]]"#,
            "no such entry on exports table: 0.5",
        ),
        (r#"["pull",1]"#, "no such export ID: 1"),
        (r#"["pull",-9]"#, "no such export ID: -9"),
        (r#"["pull",0.5]"#, "no such export ID: 0.5"),
        (r#"["release",1,1]"#, "no such export ID: 1"),
        (
            r#"["push",["export",0]]"#,
            "introduced ids must be negative integers: 0",
        ),
        (
            r#"["push",["export",3]]"#,
            "introduced ids must be negative integers: 3",
        ),
        (
            r#"["push",["promise",1]]"#,
            "introduced ids must be negative integers: 1",
        ),
        (
            r#"["push",["export",-1.5]]"#,
            "introduced ids must be negative integers: -1.5",
        ),
    ] {
        ends(&[message], &error(text)).await;
    }
}

#[tokio::test]
async fn an_id_is_not_known_before_its_own_push() {
    let own = r#"["push",[[["pipeline",1]]]]"#;
    ends(&[own], &error("no such entry on exports table: 1")).await;
}

#[tokio::test]
async fn bad_release_counts_end_the_session() {
    for (count, text) in [
        ("2", "refcount would go negative: 1 < 2"),
        ("0", "release count must be a positive integer: 0"),
        ("-1", "release count must be a positive integer: -1"),
        ("0.5", "release count must be a positive integer: 0.5"),
    ] {
        let release = format!(r#"["release",1,{count}]"#);
        ends(&[r#"["push",1]"#, &release], &error(text)).await;
    }
}

#[tokio::test]
async fn wrong_types_in_id_positions_end_the_session() {
    for message in [
        r#"["pull","1"]"#,
        r#"["pull",null]"#,
        r#"["release",1]"#,
        r#"["release",1,"1"]"#,
        r#"["resolve","1",2]"#,
        r#"["resolve",1]"#,
    ] {
        let text = message.replace('"', "\\\"");
        ends(&[message], &error(&format!("bad RPC message: {text}"))).await;
    }
}

/// Protocol S-34, B-13.
#[tokio::test]
async fn resolving_what_is_no_promise_ends_the_session_and_hangs_nothing() {
    let stub = r#"["push",["pipeline",0,["keep"],[["export",-1]]]]"#;
    for settle in ["resolve", "reject"] {
        for value in [
            "1",
            r#"["export",-5]"#,
            r#"["error","Error","e",null,{"c":["export",-5]}]"#,
        ] {
            let (main, object) = (
                format!("[\"{settle}\",0,{value}]"),
                format!("[\"{settle}\",-1,{value}]"),
            );
            let text = "resolved something that is not an unsettled promise";
            ends(&[&main], &error(&format!("{text}: 0"))).await;
            ends(&[stub, &object], &error(&format!("{text}: -1"))).await;
        }
    }
}

/// Protocol W-4, B-25.
#[tokio::test]
async fn a_violation_after_imported_capabilities_hangs_nothing() {
    for message in [
        r#"["push",[[["export",-5],["pipeline",9]]]]"#,
        r#"["push",{"a":["export",-5],"b":["pipeline",9]}]"#,
        r#"["push",["error","Error","e",null,{"a":["export",-5],"b":["pipeline",9]}]]"#,
        r#"["push",["pipeline",0,["keep"],[["export",-5],["pipeline",9]]]]"#,
        r#"["push",[[["pipeline",0,["keep"],[["export",-5]]],["pipeline",9]]]]"#,
        r#"["resolve",77,[[["export",-5],["pipeline",9]]]]"#,
        r#"["abort",[[["export",-5],["pipeline",9]]]]"#,
    ] {
        ends(&[message], &error("no such entry on exports table: 9")).await;
    }
}

#[tokio::test]
async fn members_of_every_object_are_dropped_and_released() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["push",["pipeline",0,["echo"],[{"__proto__":["export",-1],"constructor":1,"toJSON":["promise",-2],"a":1}]]]
           ← ["release",-1,1]
           ← ["release",-2,1]
           → ["pull",1]
           ← ["resolve",1,{"a":1}]
           → ["release",1,1]
           → ["resolve",-2,{"__proto__":1}]"#,
    )
    .await;
    peer.is_clean().await;
}
