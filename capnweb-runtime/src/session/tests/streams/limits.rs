//! What a peer may make streams cost, at the limit and past it, beside a bystander.

use super::theatre::{Theatre, pair};
use crate::data::to_value;
use crate::error::{Disconnect, Unsendable, Violation};
use crate::hook::{Stub, Value, promise};
use crate::limits::Limits;
use crate::session::tests::support::{Net, Scripted, call, failure, frames, is, settle, string};
use crate::typed::ReadableStream;

/// What a session ends with whose peer has gone too far.
fn violated(peer: &Scripted) -> Violation {
    match peer.ended() {
        Some(Disconnect::Violation(violation)) => (*violation).clone(),
        other => panic!("{other:?}"),
    }
}

fn few_streams() -> Limits {
    Limits {
        max_streams: 3,
        ..Limits::default()
    }
}

#[tokio::test]
async fn l19_pipes_up_to_the_limit_and_one_more() {
    let peer = Scripted::with(few_streams());
    let bystander = Scripted::with(few_streams());
    bystander.says(r#"["pipe"]"#);
    for _ in 0..3 {
        peer.says(r#"["pipe"]"#);
    }
    // An ended one makes room, once nothing of it is left.
    peer.says(r#"["release",2,1]"#);
    peer.says(r#"["pipe"]"#);
    peer.hears(&[]).await;
    assert!(peer.ended().is_none());
    peer.says(r#"["pipe"]"#);
    assert_eq!(violated(&peer), Violation::TooManyStreams { limit: 3 });
    bystander
        .serves(
            r#"→ ["push",["readable",1]]
               → ["stream",["pipeline",0,["square"],[3]]]
               ← ["resolve",3,9]"#,
        )
        .await;
}

/// A peer that has closed a stream, and was told that all of it was read, may make another, whoever
/// keeps what is left of the first.
#[tokio::test]
async fn l19_what_has_ended_makes_room_though_it_is_kept() {
    let peer = Theatre::new().serve_with(few_streams());
    for id in 0..10 {
        let (pipe, close) = (3 * id + 1, 3 * id + 3);
        peer.serves(&format!(
            r#"→ ["pipe"]
               → ["push",[[["readable",{pipe}]]]]
               → ["stream",["pipeline",{pipe},["close"],[]]]
               ← ["resolve",{close},["undefined"]]
               → ["release",{pipe},1]"#
        ))
        .await;
    }
    peer.holds(1, 11);
}

#[tokio::test]
async fn l19_streams_out_up_to_the_limit_and_one_more() {
    let peer = Theatre::new().serve_with(few_streams());
    for id in 1..=3 {
        peer.says(r#"["push",["pipeline",0,["getStream"],[]]]"#);
        peer.says(&format!(r#"["pull",{id}]"#));
    }
    settle().await;
    assert_eq!(frames(&peer.connection).len(), 3 * 3);
    let refused = Unsendable::TooManyStreams(3).to_string();
    peer.serves(&format!(
        r#"→ ["push",["pipeline",0,["getStream"],[]]]
           → ["pull",4]
           ← ["reject",4,["error","TypeError","{refused}"]]
           # one ends
           → ["resolve",4,["undefined"]]
           ← ["release",1,1]
           → ["push",["pipeline",0,["getStream"],[]]]
           → ["pull",5]
           ← ["pipe"]
           ← ["resolve",5,["readable",7]]
           ← ["stream",["pipeline",7,["close"],[]]]"#
    ))
    .await;
}

/// A stream in a chunk of a stream in a chunk: as deep as it may, and one more.
#[tokio::test]
async fn l19_streams_within_streams_up_to_the_limit_and_one_more() {
    let limits = Limits {
        max_stream_depth: 2,
        ..Limits::default()
    };
    let (peer, bystander) = (Scripted::with(limits.clone()), Scripted::with(limits));
    let within = |peer: &Scripted, outer: usize, inner: usize| {
        peer.says(r#"["pipe"]"#);
        peer.says(&format!(
            r#"["stream",["pipeline",{outer},["write"],[{{"s":["readable",{inner}]}}]]]"#
        ));
    };
    for peer in [&peer, &bystander] {
        peer.says(r#"["pipe"]"#);
        peer.says(r#"["push",["readable",1]]"#);
        within(peer, 1, 3);
        within(peer, 3, 5);
        assert!(peer.ended().is_none());
    }
    within(&peer, 5, 7);
    assert_eq!(violated(&peer), Violation::StreamsTooDeep { limit: 2 });
    // Side by side there are as many as there may be otherwise.
    within(&bystander, 3, 7);
    assert!(bystander.ended().is_none());
}

/// Both sides are ours, and pass on what they are given: each stream that comes has another in it,
/// which is the one that was sent before. Nobody else would ever stop them.
#[tokio::test]
async fn l19_a_stream_that_leads_to_itself_is_ended_and_a_bystander_goes_on() {
    let (theatre, mut net, remote, _home) = pair();
    let (other, _other_home) = net.connect(&theatre.stub(), &theatre.stub());
    let (inside, becomes) = promise();
    let chunk = Value::Capability(Stub::promise(inside));
    let chunks = futures_util::stream::iter([chunk]);
    let stream = to_value(&ReadableStream::<Value>::new(chunks)).unwrap();
    let echoed = call(&remote, "echo", [stream]);
    let echoed = net.value(&echoed).await.unwrap();
    becomes.settle(Ok(echoed));
    let still_at_it = async {
        for _ in 0..100_000 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        () = net.run() => {}
        () = still_at_it => panic!("it goes to and fro for ever"),
    }
    let ends = [&net.link(0).left, &net.link(0).right].map(|end| end.ended());
    let limit = Violation::StreamsTooDeep { limit: 64 };
    let is_it = |end: &Option<Disconnect>| match end {
        Some(Disconnect::Violation(violation)) => **violation == limit,
        _ => false,
    };
    assert!(ends.iter().any(is_it), "{ends:?}");
    is(
        net.value(&call(&other, "echo", [string("?")])).await,
        string("?"),
    );
    assert!(net.link(1).left.ended().is_none());
}

#[tokio::test]
async fn l21_unread_bytes_up_to_the_limit_and_one_more() {
    let limits = || Limits {
        max_unread_bytes: 390_000,
        ..Limits::default()
    };
    let theatre = Theatre::new();
    let peer = theatre.serve_with(limits());
    let bystander = theatre.serve_with(limits());
    let pipe = |peer: &Scripted| {
        peer.says(r#"["pipe"]"#);
        peer.says(r#"["push",["pipeline",0,["lazy"],[["readable",1]]]]"#);
    };
    pipe(&peer);
    let chunk = "x".repeat(65_536);
    let write = format!(r#"["stream",["pipeline",1,["write"],["{chunk}"]]]"#);
    // An honest writer's first window, and one message.
    for _ in 0..5 {
        peer.says(&write);
    }
    peer.hears(&[]).await;
    assert!(peer.ended().is_none());
    // What is asked for makes room.
    peer.says(r#"["push",["pipeline",0,["next"],[]]]"#);
    peer.hears(&[r#"["resolve",3,["undefined"]]"#]).await;
    peer.says(&write);
    assert!(peer.ended().is_none());
    peer.says(&write);
    let limit = 390_000;
    assert_eq!(violated(&peer), Violation::TooManyUnreadBytes { limit });
    pipe(&bystander);
    bystander.says(&write);
    settle().await;
    assert!(bystander.ended().is_none());
}

/// Small writes are not free, though they are short: what they take is counted.
#[tokio::test]
async fn l21_many_small_writes_count_for_what_they_take() {
    let limits = Limits {
        max_unread_bytes: 400_000,
        ..Limits::default()
    };
    let peer = Scripted::with(limits);
    peer.says(r#"["pipe"]"#);
    let mut writes = 0;
    while peer.ended().is_none() {
        peer.says(r#"["stream",["pipeline",1,["write"],[1]]]"#);
        writes += 1;
    }
    assert!(writes < 1000, "{writes} writes of 40 bytes");
    assert!(writes > 100, "{writes} writes of 40 bytes");
}

/// The window of one writer holds more small chunks than a session may have calls in flight.
#[tokio::test]
async fn l17_writes_are_no_calls_in_flight() {
    let limits = Limits {
        max_calls_in_flight: 2,
        ..Limits::default()
    };
    let peer = Scripted::with(limits);
    peer.says(r#"["pipe"]"#);
    for _ in 0..100 {
        peer.says(r#"["stream",["pipeline",1,["write"],[1]]]"#);
    }
    peer.hears(&[]).await;
    peer.serves(
        r#"→ ["stream",["pipeline",0,["square"],[2]]]
           ← ["resolve",102,4]"#,
    )
    .await;
}

#[tokio::test]
async fn l22_a_blob_up_to_the_limit_and_one_byte_more() {
    let limits = Limits {
        max_blob_bytes: 512 + 3000,
        ..Limits::default()
    };
    let peer = Theatre::new().serve_with(limits);
    let bytes = "A".repeat(1336);
    let write =
        |pipe: u32| format!(r#"["stream",["pipeline",{pipe},["write"],[["bytes","{bytes}"]]]]"#);
    // 1336 characters are 1002 bytes: two fit, a third does not.
    peer.says(r#"["pipe"]"#);
    peer.says(r#"["push",["pipeline",0,["echo"],[["blob","",["readable",1]]]]]"#);
    peer.says(r#"["pull",2]"#);
    peer.says(&write(1));
    peer.says(&write(1));
    peer.hears(&[
        r#"["resolve",3,["undefined"]]"#,
        r#"["resolve",4,["undefined"]]"#,
    ])
    .await;
    peer.says(&write(1));
    let too_long = "The blobs that are being received are too long.";
    peer.hears(&[
        r#"["resolve",5,["undefined"]]"#,
        &format!(r#"["reject",2,["error","RangeError","{too_long}"]]"#),
    ])
    .await;
    peer.says(&write(1));
    peer.hears(&[&format!(
        r#"["reject",6,["error","RangeError","{too_long}"]]"#
    )])
    .await;
    peer.says(r#"["release",1,1]"#);
    peer.says(r#"["release",2,1]"#);
    peer.is_clean().await;
    // What was collected in vain is not counted any more.
    peer.says(r#"["pipe"]"#);
    peer.says(r#"["push",["pipeline",0,["echo"],[["blob","",["readable",7]]]]]"#);
    peer.says(r#"["pull",8]"#);
    peer.says(&write(7));
    peer.says(&write(7));
    peer.says(r#"["stream",["pipeline",7,["close"],[]]]"#);
    let heard = peer.heard().await;
    assert!(
        heard.iter().any(|frame| frame.contains(r#"["blob","""#)),
        "{heard:?}"
    );
}

/// A session whose peer does not read must not be ended by its own streams, and calls still go.
#[tokio::test]
async fn l12_streams_wait_for_a_peer_that_does_not_read() {
    let limits = Limits {
        max_outgoing_bytes: 4 * 1024 * 1024,
        ..Limits::default()
    };
    let peer = Theatre::new().serve_with(limits);
    let chunk = "x".repeat(60_000);
    let chunks = vec![format!("\"{chunk}\""); 10].join(",");
    for id in 1..=30 {
        peer.says(&format!(
            r#"["push",["pipeline",0,["getStream"],[{chunks}]]]"#
        ));
        peer.says(&format!(r#"["pull",{id}]"#));
    }
    settle().await;
    assert!(peer.ended().is_none());
    // A window of each would be 30 times 262144 bytes.
    let queued: usize = frames(&peer.connection).iter().map(String::len).sum();
    assert!(queued < 3 * 1024 * 1024, "{queued}");
    assert!(queued > 1024 * 1024, "{queued}");
}

#[tokio::test]
async fn a_stream_too_many_fails_its_call_and_nothing_else() {
    let theatre = Theatre::new();
    let mut net = Net::new();
    let (remote, _home) = net.connect_with(&theatre.stub(), &theatre.stub(), &few_streams());
    let sinks: Vec<Stub> = (0..3)
        .map(|_| call(&remote, "getStream", [string("a")]))
        .collect();
    for sink in &sinks {
        assert!(net.value(sink).await.is_ok());
    }
    let all = net.value(&call(&remote, "getStream", [string("a")])).await;
    assert_eq!(failure(all), Unsendable::TooManyStreams(3).to_string());
    is(
        net.value(&call(&remote, "echo", [string("a")])).await,
        string("a"),
    );
    drop(sinks);
    net.is_clean().await;
    let again = net.value(&call(&remote, "getStream", [string("a")])).await;
    assert!(matches!(again, Ok(Value::Capability(_))));
}
