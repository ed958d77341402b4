//! A12: ids and counts that were never given out.

use super::bank::Siege;
use crate::support::Heard;

/// If it failed, a peer could use or free what others hold in its session, or spoil the tables so
/// that the server panics, leaks, or takes other sessions along.
#[tokio::test]
async fn a12_forged_ids_and_counts() {
    let siege = Siege::begin(|_| {}).await;
    for (messages, text) in FORGED {
        let mut peer = siege.attacker().await;
        for message in messages {
            peer.send(message).await;
        }
        let abort = peer.text().await;
        assert!(
            abort.starts_with(r#"["abort",["error","#),
            "{messages:?}: {abort}"
        );
        assert!(
            abort.contains(&format!("\"{text}\"")),
            "{messages:?}: {abort}"
        );
        assert!(
            matches!(peer.hear().await, Heard::Closed(3000, _)),
            "{messages:?}"
        );
        assert_eq!(siege.bystander.one(1).await.unwrap(), 1);
    }
    assert!(siege.session().stats().imports >= 1);
    siege.end().await;
}

/// If it failed, an id that is used twice could make a peer's answer settle somebody else's promise.
#[tokio::test]
async fn a12_an_id_used_twice() {
    let siege = Siege::begin(|_| {}).await;
    let mut peer = siege.attacker().await;
    peer.send(r#"["push",["pipeline",0,["keep"],[["promise",-1]]]]"#)
        .await;
    let second = peer
        .ask(2, r#"["pipeline",0,["keep"],[["promise",-1]]]"#)
        .await;
    assert!(second.contains("reusing an existing export ID"), "{second}");
    peer.send(r#"["resolve",-1,5]"#).await;
    assert_eq!(peer.text().await, r#"["release",-1,1]"#);
    drop(peer);
    siege.end().await;
}

const PUSHED: &str = r#"["push",["pipeline",0,["guest"],[]]]"#;
const RELEASED: &str = r#"["release",1,1]"#;

/// What is sent, and what the session is aborted with.
const FORGED: [(&[&str], &str); 14] = [
    (
        &[r#"["push",["pipeline",7,["peek"],[]]]"#],
        "no such entry on exports table: 7",
    ),
    (
        &[r#"["push",["import",-1]]"#],
        "no such entry on exports table: -1",
    ),
    (
        &[r#"["push",["pipeline",9007199254740993]]"#],
        "no such entry on exports table: 9007199254740992",
    ),
    (&[r#"["pull",3]"#], "no such export ID: 3"),
    (
        &[PUSHED, r#"["release",1,2]"#],
        "refcount would go negative: 1 < 2",
    ),
    (&[PUSHED, RELEASED, RELEASED], "no such export ID: 1"),
    (
        &[PUSHED, RELEASED, r#"["push",["pipeline",1,["peek"],[]]]"#],
        "no such entry on exports table: 1",
    ),
    (
        &[PUSHED, r#"["release",1,-1]"#],
        "release count must be a positive integer: -1",
    ),
    (
        &[PUSHED, r#"["release",1,1e400]"#],
        "release count must be a positive integer: Infinity",
    ),
    (
        &[r#"["push",["export",1]]"#],
        "introduced ids must be negative integers: 1",
    ),
    (
        &[r#"["push",["promise",0]]"#],
        "introduced ids must be negative integers: 0",
    ),
    (
        &[r#"["resolve",0,1]"#],
        "resolved something that is not an unsettled promise: 0",
    ),
    (&[r#"["pull","1"]"#], r#"bad RPC message: [\"pull\",\"1\"]"#),
    (
        &[r#"["push",["pipeline","0",["guest"],[]]]"#],
        r#"unknown special value: [\"pipeline\",\"0\",[\"guest\"],[]]"#,
    ),
];
