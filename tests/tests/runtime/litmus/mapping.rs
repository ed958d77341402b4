//! A11: few messages, much work.

use super::bank::Siege;

/// If it failed, one short message could keep a processor busy for hours: mappers inside mappers, each
/// over every element of the one around it.
#[tokio::test]
async fn a11_mappers_inside_mappers() {
    let siege = Siege::begin(|limits| limits.max_map_steps = 10_000).await;
    let mut peer = siege.attacker().await;
    peer.send(r#"["push",["pipeline",0,["list"],[1000]]]"#)
        .await;
    let inner = r#"["remap",-2,[],[["import",-1],["import",-2]],[["pipeline",-1,["one"],[["pipeline",0]]]]]"#;
    let outer = format!(r#"["remap",1,[],[["import",0],["import",1]],[{inner}]]"#);
    peer.send(&format!(r#"["push",{outer}]"#)).await;
    peer.send(r#"["pull",2]"#).await;
    let answer = peer.text().await;
    assert!(siege.worked() > 0, "nothing was mapped: {answer:.200}");
    assert!(siege.worked() <= 10_000, "{} calls", siege.worked());
    drop(peer);
    siege.end().await;
}

/// If it failed, a mapper would get at what its maker must not: what a facet hides, of a facet that it
/// has captured or that is mapped.
#[tokio::test]
async fn a11_a_captured_facet_is_a_facet() {
    let siege = Siege::begin(|_| {}).await;
    let mut peer = siege.attacker().await;
    peer.send(r#"["push",["pipeline",0,["safe"],[]]]"#).await;
    let captured = r#"["remap",0,[],[["import",1]],[[[["pipeline",-1,["combination"]],["pipeline",-1,["empty"],[]]]]]]"#;
    let mapped =
        r#"["remap",1,[],[],[[[["pipeline",0,["combination"]],["pipeline",0,["empty"],[]]]]]]"#;
    for (id, map) in [(2_u32, captured), (3, mapped)] {
        peer.send(&format!(r#"["push",{map}]"#)).await;
        peer.send(&format!(r#"["pull",{id}]"#)).await;
        let answer = peer.text().await;
        let (absent, promised) = (r#"["undefined"]"#, -i64::from(id) + 1);
        let expected = format!(r#"["resolve",{id},[[{absent},["promise",{promised}]]]]"#);
        assert_eq!(answer, expected);
        let denied = r#"["error","TypeError","'empty' is not a function."]"#;
        let expected = format!(r#"["reject",{promised},{denied}]"#);
        assert_eq!(peer.text().await, expected);
    }
    drop(peer);
    siege.end().await;
}

/// If it failed, a mapper that has begun could go on with what was taken back.
#[tokio::test]
async fn a11_what_is_revoked_stops_the_mapper() {
    let siege = Siege::begin(|_| {}).await;
    let mut peer = siege.attacker().await;
    peer.send(r#"["push",["pipeline",0,["list"],[1000]]]"#)
        .await;
    peer.send(r#"["push",["pipeline",0,["loan"],[]]]"#).await;
    let take = r#"["pipeline",-1,["take"],[["pipeline",0]]]"#;
    // The result is data, and there when the last call has been made.
    peer.send(&format!(
        r#"["push",["remap",1,[],[["import",2]],[{take},7]]]"#
    ))
    .await;
    peer.send(r#"["pull",3]"#).await;
    let answer = peer.text().await;
    assert!(
        answer.starts_with(r#"["resolve",3,[[7,7,7"#),
        "{answer:.200}"
    );
    assert_eq!(siege.worked(), 1);
    drop(peer);
    siege.end().await;
}
