//! Transcripts in which we are the client (X-13 to X-17), and how a call that carries a stream fails.

use futures_util::StreamExt as _;
use futures_util::stream::iter;

use super::theatre::{Theatre, text};
use crate::data::{from_value, to_value};
use crate::error::Error;
use crate::hook::{Stub, Value, promise};
use crate::session::tests::support::{Scripted, call, failure, is, object, string, stub, value};
use crate::typed::{ReadableStream, WritableStream};
use crate::value::{Blob, Bytes, Response, Tree};

fn chunks(chunks: &'static [&'static str]) -> Value {
    let stream = iter(chunks.iter().map(|chunk| (*chunk).to_owned()));
    to_value(&ReadableStream::<String>::new(stream)).unwrap()
}

/// P-20: it is sent whether or not the peer has seen the call, or ever reads it (O-27).
#[tokio::test]
async fn x15a_a_stream_is_announced_before_the_call_and_sent_after_it() {
    let peer = Scripted::new();
    let result = call(peer.main(), "readAll", [chunks(&["x", "y"])]);
    let (result, ()) = tokio::join!(peer.value(&result), async {
        peer.calls(
            r#"→ ["pipe"]
               → ["push",["pipeline",0,["readAll"],[["readable",1]]]]
               → ["pull",2]
               → ["stream",["pipeline",1,["write"],["x"]]]
               → ["stream",["pipeline",1,["write"],["y"]]]
               → ["stream",["pipeline",1,["close"],[]]]
               ← ["resolve",3,["undefined"]]
               ← ["resolve",4,["undefined"]]
               ← ["resolve",2,[["x","y"]]]
               ← ["resolve",5,["undefined"]]
               → ["release",2,1]
               → ["release",1,1]"#,
        )
        .await;
    });
    is(result, Value::Array(vec![string("x"), string("y")]));
    peer.is_clean().await;
}

#[tokio::test]
async fn x15d_a_peer_that_cancels_cancels_the_source() {
    let theatre = Theatre::new();
    let peer = Scripted::new();
    let log = theatre.log.clone();
    let endless = futures_util::stream::repeat("x".repeat(100_000));
    let noting = move |reason: Error| log.note(format!("cancelled: {reason}"));
    let stream = ReadableStream::<String>::with_cancel(endless, noting);
    drop(call(peer.main(), "cancel", [to_value(&stream).unwrap()]));
    assert_eq!(
        peer.heard().await.len(),
        2 + 3 + 1,
        "a window, and a release"
    );
    peer.calls(
        r#"← ["resolve",3,["undefined"]]
           ← ["reject",4,"enough"]"#,
    )
    .await;
    // One more was sent when the first was acknowledged.
    let heard = peer.heard().await;
    assert_eq!(heard.last().unwrap(), r#"["release",1,1]"#);
    assert_eq!(theatre.log.take(), ["cancelled: enough"]);
    peer.says(r#"["reject",5,"enough"]"#);
    if heard.len() == 2 {
        peer.says(r#"["reject",6,"enough"]"#);
    }
    peer.is_clean().await;
}

#[tokio::test]
async fn x15e_a_source_that_fails_aborts() {
    let peer = Scripted::new();
    let failing = iter([Ok("x".to_owned()), Err(Error::range_error("src failed"))]);
    let stream = to_value(&ReadableStream::<String>::new(failing)).unwrap();
    drop(call(peer.main(), "readAll", [stream]));
    peer.calls(
        r#"→ ["pipe"]
           → ["push",["pipeline",0,["readAll"],[["readable",1]]]]
           → ["release",2,1]
           → ["stream",["pipeline",1,["write"],["x"]]]
           → ["stream",["pipeline",1,["abort"],[["error","RangeError","src failed"]]]]
           ← ["resolve",3,["undefined"]]
           ← ["resolve",4,["undefined"]]
           → ["release",1,1]"#,
    )
    .await;
    peer.is_clean().await;
}

/// The reference leaves its reader waiting for ever (B-8).
#[tokio::test]
async fn p18_a_chunk_that_cannot_be_sent_aborts() {
    let peer = Scripted::new();
    let deep = (0..300).fold(Value::Null, |value, _| Value::Array(vec![value]));
    let stream = ReadableStream::<Value>::new(iter([string("x"), deep, string("y")]));
    drop(call(peer.main(), "readAll", [to_value(&stream).unwrap()]));
    let too_deep =
        "Serialization exceeded maximum allowed depth. (Does the message contain cycles?)";
    peer.calls(&format!(
        r#"→ ["pipe"]
           → ["push",["pipeline",0,["readAll"],[["readable",1]]]]
           → ["release",2,1]
           → ["stream",["pipeline",1,["write"],["x"]]]
           → ["stream",["pipeline",1,["abort"],[["error","TypeError","{too_deep}"]]]]
           → ["release",1,1]
           ← ["resolve",3,["undefined"]]
           ← ["resolve",4,["undefined"]]"#,
    ))
    .await;
    peer.is_clean().await;
}

#[tokio::test]
async fn x14_a_sink_of_ours_is_written_to() {
    let theatre = Theatre::new();
    let peer = Scripted::new();
    let sink = to_value(&theatre.collector()).unwrap();
    drop(call(peer.main(), "writeTo", [sink]));
    peer.calls(
        r#"→ ["push",["pipeline",0,["writeTo"],[["writable",-1]]]]
           → ["release",1,1]
           ← ["stream",["pipeline",-1,["write"],["hello"]]]
           ← ["stream",["pipeline",-1,["write"],[{"n":1}]]]
           → ["resolve",1,["undefined"]]
           → ["resolve",2,["undefined"]]
           ← ["stream",["pipeline",-1,["close"],[]]]
           → ["resolve",3,["undefined"]]
           ← ["release",-1,1]"#,
    )
    .await;
    assert_eq!(theatre.log.take(), ["chunk hello", "chunk an object"]);
    peer.is_clean().await;
}

/// The write was accepted before the release came: it must not be lost.
#[tokio::test]
async fn x14b_a_sink_that_is_released_unclosed_is_aborted() {
    let theatre = Theatre::new();
    let peer = Scripted::new();
    let sink = to_value(&theatre.collector()).unwrap();
    drop(call(peer.main(), "writeHello", [sink]));
    peer.says(r#"["stream",["pipeline",-1,["write"],["hello"]]]"#);
    peer.says(r#"["release",-1,1]"#);
    peer.hears(&[
        r#"["push",["pipeline",0,["writeHello"],[["writable",-1]]]]"#,
        r#"["release",1,1]"#,
        r#"["resolve",1,["undefined"]]"#,
    ])
    .await;
    let disposed = "aborted: WritableStream RPC stub was disposed without calling close()";
    assert_eq!(theatre.log.take(), ["chunk hello", disposed]);
    peer.is_clean().await;
}

#[tokio::test]
async fn x15b_a_readable_in_a_result_is_read() {
    let peer = Scripted::new();
    let made = call(peer.main(), "getStream", []);
    let (made, ()) = tokio::join!(peer.value(&made), async {
        peer.calls(
            r#"→ ["push",["pipeline",0,["getStream"],[]]]
               → ["pull",1]
               ← ["pipe"]
               ← ["resolve",1,["readable",1]]
               ← ["stream",["pipeline",1,["write"],["a"]]]
               → ["release",1,1]
               ← ["stream",["pipeline",1,["close"],[]]]"#,
        )
        .await;
    });
    let mut stream: ReadableStream<Value> = from_value(made.unwrap()).unwrap();
    peer.hears(&[]).await;
    assert_eq!(text(&stream.next().await.unwrap().unwrap()), "a");
    assert!(stream.next().await.is_none());
    peer.hears(&[
        r#"["resolve",2,["undefined"]]"#,
        r#"["resolve",3,["undefined"]]"#,
    ])
    .await;
    peer.says(r#"["release",1,1]"#);
    peer.is_clean().await;
}

/// What cannot be sent leaves no trace: no pipe is made, no id is used, and the streams in it are
/// what they were (B-14).
#[tokio::test]
async fn b14_a_call_that_cannot_be_sent_makes_no_pipe() {
    let theatre = Theatre::new();
    let peer = Scripted::new();
    let readable = chunks(&["x"]);
    let writable = to_value(&theatre.collector()).unwrap();
    let deep = (0..300).fold(Value::Null, |value, _| Value::Array(vec![value]));
    let args = [readable.clone(), writable.clone(), deep];
    let refused = value(&call(peer.main(), "readAll", args)).await;
    assert!(failure(refused).starts_with("Serialization exceeded maximum allowed depth."));
    peer.hears(&[]).await;
    peer.holds(1, 1);
    drop(call(peer.main(), "readAll", [readable, writable]));
    peer.calls(
        r#"→ ["pipe"]
           → ["push",["pipeline",0,["readAll"],[["readable",1],["writable",-2]]]]
           → ["release",2,1]
           → ["stream",["pipeline",1,["write"],["x"]]]
           → ["stream",["pipeline",1,["close"],[]]]
           ← ["resolve",3,["undefined"]]
           ← ["resolve",4,["undefined"]]
           → ["release",1,1]
           ← ["release",-2,1]"#,
    )
    .await;
    peer.is_clean().await;
}

/// An error's property that cannot be sent is left out, and takes the pipe in it with it (W-26).
#[tokio::test]
async fn w26_a_property_that_is_left_out_makes_no_pipe() {
    let peer = Scripted::new();
    let deep = (0..300).fold(Value::Null, |value, _| Value::Array(vec![value]));
    let bad = object([("stream", chunks(&["lost"])), ("deep", deep)]);
    let error = Error::new("m")
        .with_prop("bad", bad)
        .with_prop("good", chunks(&[]));
    drop(call(peer.main(), "f", [error.into_value()]));
    peer.calls(
        r#"→ ["pipe"]
           → ["push",["pipeline",0,["f"],[["error","Error","m",null,{"good":["readable",1]}]]]]
           → ["release",2,1]
           → ["stream",["pipeline",1,["close"],[]]]
           ← ["resolve",3,["undefined"]]
           → ["release",1,1]"#,
    )
    .await;
    peer.is_clean().await;
}

#[tokio::test]
async fn a_stream_can_be_sent_once() {
    let theatre = Theatre::new();
    let peer = Scripted::new();
    let taken = "The stream is being read, or was passed on, already.";
    for stream in [chunks(&[]), to_value(&theatre.collector()).unwrap()] {
        let twice = value(&call(peer.main(), "f", [stream.clone(), stream])).await;
        assert_eq!(failure(twice), taken);
    }
    peer.is_clean().await;
}

#[tokio::test]
async fn x16_a_blob_goes_out_in_chunks() {
    let peer = Scripted::new();
    let content = Tree::Bytes(Bytes::from(vec![7; 70_000]));
    let blob = Value::Blob(Box::new(Blob::new("text/x", content)));
    drop(call(peer.main(), "readBlob", [blob]));
    let heard = peer.heard().await;
    assert_eq!(
        heard[..2],
        [
            r#"["pipe"]"#,
            r#"["push",["pipeline",0,["readBlob"],[["blob","text/x",["readable",1]]]]]"#
        ]
    );
    let writes: Vec<&String> = heard
        .iter()
        .filter(|frame| frame.contains("write"))
        .collect();
    assert_eq!(writes.len(), 2, "64 KiB, and the rest");
    assert_eq!(
        heard.last().unwrap(),
        r#"["stream",["pipeline",1,["close"],[]]]"#
    );
    for id in 3..=5 {
        peer.says(&format!(r#"["resolve",{id},["undefined"]]"#));
    }
    peer.hears(&[r#"["release",1,1]"#]).await;
    peer.is_clean().await;
}

#[tokio::test]
async fn x17_a_long_body_goes_out_as_a_stream() {
    let peer = Scripted::new();
    for (length, frames) in [(64 * 1024, 1), (64 * 1024 + 1, 5)] {
        let response = Response::new(200, string(&"x".repeat(length)));
        let sent = call(peer.main(), "f", [Value::Response(Box::new(response))]);
        assert_eq!(peer.heard().await.len(), frames, "{length} bytes");
        drop(sent);
        peer.heard().await;
    }
}

#[tokio::test]
async fn w36_a_blob_that_arrives_is_whole() {
    let peer = Scripted::new();
    let made = call(peer.main(), "makeBlob", []);
    let (made, ()) = tokio::join!(peer.value(&made), async {
        peer.calls(
            r#"→ ["push",["pipeline",0,["makeBlob"],[]]]
               → ["pull",1]
               ← ["pipe"]
               ← ["resolve",1,["blob","text/x",["readable",1]]]
               ← ["stream",["pipeline",1,["write"],[["bytes","YWJj"]]]]
               ← ["stream",["pipeline",1,["close"],[]]]
               → ["release",1,1]
               → ["resolve",2,["undefined"]]
               → ["resolve",3,["undefined"]]
               ← ["release",1,1]"#,
        )
        .await;
    });
    let content = Tree::Bytes(Bytes::from(b"abc".to_vec()));
    is(made, Value::Blob(Box::new(Blob::new("text/x", content))));
    peer.is_clean().await;
}

/// A promise that becomes a stream is sent as the stream once it has, and as a promise before.
#[tokio::test]
async fn a_promised_stream_is_sent_when_it_is_there() {
    let peer = Scripted::new();
    let (promised, result) = promise();
    drop(call(
        peer.main(),
        "readAll",
        [Value::Capability(Stub::promise(promised))],
    ));
    result.settle(Ok(chunks(&["x"])));
    peer.calls(
        r#"→ ["push",["pipeline",0,["readAll"],[["promise",-1]]]]
           → ["release",1,1]
           → ["pipe"]
           → ["resolve",-1,["readable",2]]
           → ["stream",["pipeline",2,["write"],["x"]]]
           → ["stream",["pipeline",2,["close"],[]]]
           ← ["release",-1,1]
           ← ["resolve",3,["undefined"]]
           ← ["resolve",4,["undefined"]]
           → ["release",2,1]"#,
    )
    .await;
    peer.is_clean().await;
}

/// The main object's stub in the result of a call is one thing; a stream must say what it is.
#[tokio::test]
async fn what_is_no_stream_is_not_read_as_one() {
    let peer = Scripted::new();
    let main = Value::Capability(peer.main().clone());
    let readable = from_value::<ReadableStream<Value>>(main.clone()).unwrap_err();
    let expected = "expected a readable stream, found a capability";
    assert!(readable.to_string().contains(expected), "{readable}");
    let writable = from_value::<WritableStream<Value>>(main).unwrap_err();
    let expected = "expected a writable stream, found a capability";
    assert!(writable.to_string().contains(expected), "{writable}");
    let stream = stub(Ok(chunks(&[])));
    let turned = from_value::<WritableStream<Value>>(Value::Capability(stream)).unwrap_err();
    let expected = "expected a writable stream, found a readable one";
    assert!(turned.to_string().contains(expected), "{turned}");
}
