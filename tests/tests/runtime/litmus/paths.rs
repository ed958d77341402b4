//! A2, A3: getting at what a facet does not have, by its name or around it.

use super::bank::Siege;

/// If it failed, an attenuated reference would be worth as much as the whole: the types of an honest
/// peer would be all that keeps it from being used.
#[tokio::test]
async fn a2_calling_by_name_what_the_facet_does_not_have() {
    let siege = Siege::begin(|_| {}).await;
    let mut peer = siege.attacker().await;
    peer.send(r#"["push",["pipeline",0,["safe"],[]]]"#).await;
    let mut answers = Vec::new();
    for (id, name) in (2..).zip(["empty", "combination", "attenuate", "neverWas"]) {
        let answer = peer
            .ask(id, &format!(r#"["pipeline",1,["{name}"],[]]"#))
            .await;
        answers.push(answer.replace(name, "NAME"));
    }
    assert!(
        answers.iter().all(|answer| *answer == answers[3]),
        "{answers:?}"
    );
    assert!(
        answers[3].contains("'NAME' is not a function."),
        "{answers:?}"
    );
    drop(peer);
    siege.end().await;
}

/// If it failed, what stands behind a reference could be reached through it: the object that a facet
/// wraps, its fields, the functions that every object has in JavaScript.
#[tokio::test]
async fn a3_stepping_around_the_interface() {
    let siege = Siege::begin(|_| {}).await;
    let mut peer = siege.attacker().await;
    peer.send(r#"["push",["pipeline",0,["safe"],[]]]"#).await;
    let paths = [
        r#"["inner"]"#,
        r#"["target"]"#,
        r#"["0"]"#,
        "[0]",
        r#"["robbed"]"#,
        r#"["_citizen"]"#,
        r#"["__proto__"]"#,
        r#"["constructor"]"#,
        r#"["toString"]"#,
        r#"["then"]"#,
        r#"["dup"]"#,
        r#"["peek","constructor"]"#,
        r#"["peek","call"]"#,
        r#"["peek","bind"]"#,
        r#"["peek",0]"#,
        r#"["combination"]"#,
        r#"["empty"]"#,
    ];
    let mut id = 1;
    for path in paths {
        id += 1;
        let read = peer.ask(id, &format!(r#"["pipeline",1,{path}]"#)).await;
        assert_eq!(read, r#"resolve ["undefined""#, "{path}");
        id += 1;
        let called = peer.ask(id, &format!(r#"["pipeline",1,{path},[]]"#)).await;
        assert!(called.contains("is not a function."), "{path}: {called}");
        id += 1;
        let beyond = path.replace(']', r#","empty"]"#);
        let called = peer
            .ask(id, &format!(r#"["pipeline",1,{beyond},[]]"#))
            .await;
        assert!(called.starts_with("reject "), "{beyond}: {called}");
    }
    drop(peer);
    siege.end().await;
}
