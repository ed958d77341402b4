//! A13: making the server hold what nobody will ever use.

use super::bank::Siege;
use crate::support::Heard;

/// If it failed, one connection could take all memory there is, by messages that each are harmless.
#[tokio::test]
async fn a13_holding_on_to_everything() {
    let wide = format!(r#"["push",[[{}]]]"#, vec!["1"; 2_000].join(","));
    let large = format!(r#"["push","{}"]"#, "x".repeat(2_000));
    let attacks = [
        // Results that are never released, objects that are never let go of.
        r#"["push",["pipeline",0,["guest"],[]]]"#,
        r#"["push",1]"#,
        // Values that are kept, each larger than its text or not.
        &wide,
        &large,
        // Promises that are never settled, and calls that wait for them.
        r#"["push",["pipeline",0,["keep"],[["promise",-ID]]]]"#,
        r#"["push",["pipeline",0,["keep"],[[[["promise",-ID],["export",-ID1]]]]]]"#,
    ];
    for attack in attacks {
        let siege = Siege::begin(|limits| {
            limits.max_exports = 200;
            limits.max_imports = 200;
            limits.max_retained_bytes = 1_000_000;
        })
        .await;
        let mut peer = siege.attacker().await;
        for id in 1..400 {
            let numbered = attack.replace("ID1", &(id + 1_000).to_string());
            if !peer
                .try_send(&numbered.replace("ID", &id.to_string()))
                .await
            {
                break;
            }
        }
        let limit = loop {
            match peer.hear().await {
                Heard::Text(text) if text.starts_with(r#"["abort""#) => break text,
                Heard::Text(_) => {}
                end => panic!("{attack:.60}: {end:?} without a reason"),
            }
        };
        assert!(
            limit.contains("too many") || limit.contains("more than"),
            "{limit}"
        );
        drop(peer);
        siege.end().await;
    }
}

/// If it failed, calls that never end would be an unbounded queue of tasks.
#[tokio::test]
async fn a13_calling_what_never_answers() {
    let siege = Siege::begin(|limits| limits.max_calls_in_flight = 20).await;
    let mut peer = siege.attacker().await;
    for _ in 0..20 {
        peer.send(r#"["push",["pipeline",0,["hang"],[]]]"#).await;
    }
    let refused = peer.ask(21, r#"["pipeline",0,["one"],[1]]"#).await;
    assert!(refused.contains("Too many calls in flight"), "{refused}");
    drop(peer);
    siege.end().await;
}

/// If it failed, calls that wait for their own results would outlive their session, one after the
/// other, until there is no memory left.
#[tokio::test]
async fn a13_calls_that_wait_for_themselves() {
    let siege = Siege::begin(|_| {}).await;
    let mut peer = siege.attacker().await;
    for message in [
        r#"["push",["pipeline",0,["keep"],[["promise",-1]]]]"#,
        r#"["push",["pipeline",1,["x"],[]]]"#,
        r#"["resolve",-1,["pipeline",2]]"#,
    ] {
        peer.send(message).await;
    }
    assert_eq!(peer.text().await, r#"["release",-1,1]"#);
    drop(peer);
    // The call holds on to the main object of its session.
    siege.end().await;
}
