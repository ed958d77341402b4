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
