//! A15, A20: learning from failures what is kept back.

use super::bank::Siege;

/// If it failed, a peer could read secrets, paths and code out of what goes wrong.
#[tokio::test]
async fn a15_reading_failures() {
    let siege = Siege::begin(|_| {}).await;
    let mut peer = siege.attacker().await;
    let panicked = peer.ask(1, r#"["pipeline",0,["panics"],[]]"#).await;
    assert!(
        panicked.starts_with(r#"reject ["error","Error","#),
        "{panicked}"
    );
    let failed = peer.ask(2, r#"["pipeline",0,["check"],[1]]"#).await;
    let mistyped = peer.ask(3, r#"["pipeline",0,["check"],[{"x":1}]]"#).await;
    for told in [panicked, failed, mistyped] {
        for kept_back in [
            "12-34",
            ".rs",
            "src/",
            "panicked at",
            "   at ",
            "Gold",
            "Branch",
        ] {
            assert!(!told.contains(kept_back), "{told} has {kept_back}");
        }
    }
    drop(peer);
    siege.end().await;
}

/// If it failed, what a caller has put into a call would stand in errors, which are logged.
#[tokio::test]
async fn a20_what_is_refused_is_not_repeated() {
    let siege = Siege::begin(|_| {}).await;
    let mut peer = siege.attacker().await;
    for (id, argument) in (1..).zip([r#""hunter2""#, r#"{"pin":"hunter2"}"#, r#"[["hunter2"]]"#]) {
        let refused = peer
            .ask(id, &format!(r#"["pipeline",0,["check"],[{argument}]]"#))
            .await;
        assert!(refused.starts_with("reject "), "{refused}");
        assert!(!refused.contains("hunter2"), "{refused}");
    }
    let seen = format!("{:?} {:?}", siege.session(), siege.session().stats());
    assert!(!seen.contains("hunter2"), "{seen}");
    drop(peer);
    siege.end().await;
}
