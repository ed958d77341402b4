//! Transcripts in which we are the server (X-13 to X-17), and what a peer may do otherwise.

use super::theatre::Theatre;
use crate::session::tests::support::settle;

#[tokio::test]
async fn p4_a_sink_that_fails_refuses_what_comes_after() {
    // A sink that has failed by itself is not aborted (O-12).
    Theatre::new()
        .plays(
            r#"→ ["push",["pipeline",0,["getFailingSink"],[1]]]
           → ["pull",1]
           ← ["resolve",1,["writable",-1]]
           → ["release",1,1]
           → ["stream",["pipeline",-1,["write"],["a"]]]
           → ["stream",["pipeline",-1,["write"],["b"]]]
           → ["stream",["pipeline",-1,["write"],["c"]]]
           → ["stream",["pipeline",-1,["close"],[]]]
           ← ["resolve",2,["undefined"]]
           ← ["reject",3,["error","RangeError","disk full"]]
           ← ["reject",4,["error","RangeError","disk full"]]
           ← ["reject",5,["error","RangeError","disk full"]]
           → ["release",-1,1]"#,
            &["chunk a"],
        )
        .await;
}

#[tokio::test]
async fn p4_nothing_can_be_done_after_close() {
    let closed = r#"["error","TypeError","Invalid state: WritableStream is closed",null,{"code":"ERR_INVALID_STATE"}]"#;
    let transcript = format!(
        r#"→ ["push",["pipeline",0,["getSink"],[]]]
           → ["pull",1]
           ← ["resolve",1,["writable",-1]]
           → ["release",1,1]
           → ["stream",["pipeline",-1,["close"],[]]]
           → ["stream",["pipeline",-1,["write"],["x"]]]
           → ["stream",["pipeline",-1,["close"],[]]]
           ← ["resolve",2,["undefined"]]
           ← ["reject",3,{closed}]
           ← ["reject",4,{closed}]
           → ["stream",["pipeline",-1,["abort"],["late"]]]
           ← ["resolve",5,["undefined"]]
           → ["release",-1,1]"#,
    );
    Theatre::new().plays(&transcript, &[]).await;
}

#[tokio::test]
async fn p5_abort_is_told_to_the_sink() {
    Theatre::new()
        .plays(
            r#"→ ["push",["pipeline",0,["getSink"],[]]]
           → ["pull",1]
           ← ["resolve",1,["writable",-1]]
           → ["release",1,1]
           → ["stream",["pipeline",-1,["write"],["x"]]]
           → ["stream",["pipeline",-1,["abort"],[["error","Error","nope"]]]]
           ← ["resolve",2,["undefined"]]
           ← ["resolve",3,["undefined"]]
           → ["stream",["pipeline",-1,["write"],["y"]]]
           ← ["reject",4,["error","Error","nope"]]
           → ["release",-1,1]"#,
            &["chunk x", "aborted: nope"],
        )
        .await;
}

/// Its sink would be told of a stub, and not of the reason.
#[tokio::test]
async fn p5_a_reason_that_is_a_promise_is_waited_for() {
    Theatre::new()
        .plays(
            r#"→ ["push",["pipeline",0,["getSink"],[]]]
           → ["pull",1]
           ← ["resolve",1,["writable",-1]]
           → ["release",1,1]
           → ["stream",["pipeline",-1,["abort"],[["promise",-1]]]]
           → ["release",-1,1]
           # it was aborted, so that it is not over with its release
           → ["resolve",-1,"nope"]
           ← ["release",-1,1]
           ← ["resolve",2,["undefined"]]"#,
            &["aborted: nope"],
        )
        .await;
}

/// A reader that waits for more would wait for ever.
#[tokio::test]
async fn p5_a_reason_that_cannot_be_had_ends_the_stream_all_the_same() {
    let theatre = Theatre::new();
    let peer = theatre.serve();
    peer.serves(
        r#"→ ["pipe"]
           → ["push",["pipeline",0,["readAll"],[["readable",1]]]]
           → ["pull",2]
           → ["stream",["pipeline",1,["abort"],[["pipeline",0,["nope"],[]]]]]
           ← ["reject",3,["error","TypeError","'nope' is not a function."]]
           ← ["reject",2,["error","TypeError","'nope' is not a function."]]
           → ["release",1,1]
           → ["release",2,1]"#,
    )
    .await;
    // A session that ends has no reason for anything any more.
    peer.serves(
        r#"→ ["push",["pipeline",0,["getSink"],[]]]
           → ["pull",4]
           ← ["resolve",4,["writable",-1]]
           → ["stream",["pipeline",-1,["abort"],[["promise",-2]]]]"#,
    )
    .await;
    assert_eq!(theatre.log.take(), [""; 0]);
    peer.says(r#"["abort","bye"]"#);
    settle().await;
    assert_eq!(theatre.log.take(), ["aborted: bye"]);
}

/// A chunk whose promises are pending must not be overtaken, nor hold up an abort (B-7).
#[tokio::test]
async fn p7_chunks_keep_their_order_whatever_they_wait_for() {
    Theatre::new()
        .plays(
            r#"→ ["push",["pipeline",0,["getSink"],[]]]
           → ["pull",1]
           ← ["resolve",1,["writable",-1]]
           → ["release",1,1]
           → ["stream",["pipeline",-1,["write"],[["promise",-1]]]]
           → ["stream",["pipeline",-1,["write"],["second"]]]
           → ["stream",["pipeline",-1,["close"],[]]]
           # nothing is accepted yet
           → ["resolve",-1,"first"]
           ← ["release",-1,1]
           ← ["resolve",2,["undefined"]]
           ← ["resolve",3,["undefined"]]
           ← ["resolve",4,["undefined"]]
           → ["release",-1,1]"#,
            &["chunk first", "chunk second"],
        )
        .await;
}

#[tokio::test]
async fn p7_a_chunk_that_never_comes_does_not_hold_up_an_abort() {
    Theatre::new()
        .plays(
            r#"→ ["push",["pipeline",0,["getSink"],[]]]
           → ["pull",1]
           ← ["resolve",1,["writable",-1]]
           → ["release",1,1]
           → ["stream",["pipeline",-1,["write"],[["promise",-1]]]]
           → ["stream",["pipeline",-1,["write"],["second"]]]
           → ["stream",["pipeline",-1,["abort"],["no more"]]]
           ← ["reject",3,"no more"]
           ← ["release",-1,1]
           ← ["reject",2,"no more"]
           ← ["resolve",4,["undefined"]]
           → ["release",-1,1]"#,
            &["aborted: no more"],
        )
        .await;
}

#[tokio::test]
async fn p1_push_and_pull_do_as_well() {
    let theatre = Theatre::new();
    let peer = theatre.serve();
    peer.serves(
        r#"→ ["push",["pipeline",0,["getSink"],[]]]
           → ["pull",1]
           ← ["resolve",1,["writable",-1]]
           → ["release",1,1]
           → ["push",["pipeline",-1,["write"],["x","what is more is ignored"]]]
           → ["pull",2]
           ← ["resolve",2,["undefined"]]
           → ["release",2,1]
           → ["push",["pipeline",-1,["write"],[]]]
           → ["pull",3]
           ← ["resolve",3,["undefined"]]
           → ["release",3,1]
           → ["release",-1,1]"#,
    )
    .await;
    let disposed = "aborted: WritableStream RPC stub was disposed without calling close()";
    assert_eq!(theatre.log.take(), ["chunk x", "chunk undefined", disposed]);
    peer.is_clean().await;
}

#[tokio::test]
async fn p2_m25_other_uses_of_a_sink_fail_without_ending_anything() {
    Theatre::new()
        .plays(
            r#"→ ["push",["pipeline",0,["getSink"],[]]]
           → ["pull",1]
           ← ["resolve",1,["writable",-1]]
           → ["stream",["pipeline",1,["write"],["x"]]]
           ← ["reject",2,["error","TypeError","'write' is not a function."]]
           → ["release",1,1]
           → ["stream",["pipeline",-1,["write","then"],["x"]]]
           ← ["reject",3,["error","Error","WritableStream stub only supports direct method calls"]]
           → ["stream",["pipeline",-1,[],["x"]]]
           ← ["reject",4,["error","Error","WritableStream stub only supports direct method calls"]]
           → ["stream",["pipeline",-1,[7],["x"]]]
           ← ["reject",5,["error","Error","WritableStream stub only supports direct method calls"]]
           → ["stream",["pipeline",-1,["flush"],[]]]
           ← ["reject",6,["error","Error","Unknown WritableStream method: flush"]]
           → ["push",["pipeline",-1,["write"]]]
           → ["pull",7]
           ← ["reject",7,["error","Error","Cannot access properties on a WritableStream stub"]]
           → ["push",["pipeline",-1]]
           → ["pull",8]
           ← ["reject",8,["error","Error","Cannot access properties on a WritableStream stub"]]
           → ["pull",-1]
           ← ["reject",-1,["error","Error","Cannot pull a WritableStream stub"]]
           → ["push",["remap",-1,[],[],[["pipeline",0]]]]
           → ["pull",9]
           ← ["reject",9,["error","Error","Cannot use map() on a WritableStream"]]
           → ["release",9,1]
           → ["release",7,1]
           → ["release",8,1]
           → ["release",-1,1]"#,
            &["aborted: WritableStream RPC stub was disposed without calling close()"],
        )
        .await;
}

#[tokio::test]
async fn p24_a_pipe_that_is_released_unclosed_fails_its_reader() {
    Theatre::new()
        .plays(r#"→ ["pipe"]
           → ["push",["pipeline",0,["readAll"],[["readable",1]]]]
           → ["pull",2]
           → ["release",1,1]
           ← ["reject",2,["error","Error","WritableStream RPC stub was disposed without calling close()"]]
           → ["release",2,1]"#, &[])
        .await;
}

#[tokio::test]
async fn p24_what_lies_unread_when_the_writer_aborts_is_lost() {
    Theatre::new()
        .plays(
            r#"→ ["pipe"]
           → ["push",["pipeline",0,["lazy"],[["readable",1]]]]
           → ["stream",["pipeline",1,["write"],[["export",-9]]]]
           → ["stream",["pipeline",1,["abort"],["gave up"]]]
           ← ["release",-9,1]
           ← ["reject",3,"gave up"]
           ← ["resolve",4,["undefined"]]
           → ["push",["pipeline",0,["next"],[]]]
           → ["pull",5]
           ← ["reject",5,"gave up"]
           → ["push",["pipeline",0,["forget"],[]]]
           → ["release",1,1]
           → ["release",2,1]
           → ["release",5,1]
           → ["release",6,1]"#,
            &[],
        )
        .await;
}

#[tokio::test]
async fn p25_a_readable_argument_that_nobody_reads_is_cancelled() {
    let unread =
        r#"["error","Error","ReadableStream RPC stub was disposed without being consumed"]"#;
    let transcript = format!(
        r#"→ ["pipe"]
           → ["push",["pipeline",0,["ignore"],[["readable",1]]]]
           → ["stream",["pipeline",1,["write"],["x"]]]
           ← ["reject",3,{unread}]
           → ["release",1,1]
           → ["release",2,1]"#,
    );
    Theatre::new().plays(&transcript, &[]).await;
}

/// Nobody has asked for the result, so that nothing of the stream has been sent.
#[tokio::test]
async fn p25_a_result_that_nobody_wants_cancels_its_stream() {
    Theatre::new()
        .plays(
            r#"→ ["push",["pipeline",0,["getStream"],["a"]]]
           → ["release",1,1]"#,
            &["cancelled: ReadableStream RPC stub was disposed without being consumed"],
        )
        .await;
}

#[tokio::test]
async fn p26_a_readable_is_no_object() {
    Theatre::new()
        .plays(
            r#"→ ["push",["pipeline",0,["getStream"],["a"]]]
           → ["push",["pipeline",1,["read"],[]]]
           → ["pull",2]
           ← ["reject",2,["error","TypeError","'read' is not a function."]]
           → ["push",["pipeline",1,["locked"]]]
           → ["pull",3]
           ← ["resolve",3,["undefined"]]
           → ["release",1,1]
           → ["release",2,1]
           → ["release",3,1]"#,
            &["cancelled: ReadableStream RPC stub was disposed without being consumed"],
        )
        .await;
}

/// A stream is read once: the second message that would carry it is a failure, and no pipe is made.
#[tokio::test]
async fn a_result_is_streamed_once() {
    Theatre::new()
        .plays(r#"→ ["push",["pipeline",0,["getStream"],[]]]
           → ["pull",1]
           ← ["pipe"]
           ← ["resolve",1,["readable",1]]
           ← ["stream",["pipeline",1,["close"],[]]]
           → ["push",["pipeline",1,[]]]
           → ["pull",2]
           ← ["reject",2,["error","TypeError","The stream is being read, or was passed on, already."]]
           → ["resolve",2,["undefined"]]
           ← ["release",1,1]
           → ["release",1,1]
           → ["release",2,1]"#, &[])
        .await;
}

#[tokio::test]
async fn w36_a_blob_that_fails_fails_the_call_that_it_is_for() {
    Theatre::new()
        .plays(
            r#"→ ["pipe"]
           → ["push",["pipeline",0,["echo"],[["blob","",["readable",1]]]]]
           → ["pull",2]
           → ["stream",["pipeline",1,["abort"],[["error","RangeError","torn"]]]]
           ← ["resolve",3,["undefined"]]
           ← ["reject",2,["error","RangeError","torn"]]
           → ["pipe"]
           → ["push",["pipeline",0,["echo"],[["blob","",["readable",4]]]]]
           → ["pull",5]
           → ["stream",["pipeline",4,["write"],["no bytes"]]]
           ← ["resolve",6,["undefined"]]
           ← ["reject",5,["error","TypeError","A blob consists of bytes, not of a string."]]
           → ["pipe"]
           → ["push",["pipeline",0,["echo"],[["blob","",["readable",7]]]]]
           → ["pull",8]
           → ["stream",["pipeline",7,["write"],[["bytes","AQI","Int8Array"]]]]
           ← ["resolve",9,["undefined"]]
           ← ["reject",8,["error","TypeError","A blob consists of bytes, not of a Int8Array."]]
           → ["release",1,1]
           → ["release",2,1]
           → ["release",4,1]
           → ["release",5,1]
           → ["release",7,1]
           → ["release",8,1]"#,
            &[],
        )
        .await;
}

/// As it is in a push (S-31, W-43): what is the whole message is a result, though it is named as a
/// stub.
#[tokio::test]
async fn s38_a_call_that_is_named_as_a_stub_fails_as_a_whole() {
    Theatre::new()
        .plays(
            r#"→ ["stream",["import",0,["nope"],[]]]
           ← ["reject",1,["error","TypeError","'nope' is not a function."]]
           → ["stream",["import",0,["echo"],[5]]]
           ← ["resolve",2,5]"#,
            &[],
        )
        .await;
}
