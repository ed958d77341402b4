//! Streams of capabilities behind facets: what flows through them is less, both ways.

use std::sync::{Arc, Mutex};

use capnweb_runtime::{
    Capability as _, Error, ReadableStream, Result, Stub, Value, WritableStream, capability,
    connect,
};
use futures_util::{SinkExt as _, TryStreamExt as _, stream};

use crate::support::{Link, RawPeer, in_time, over_both, serving};

#[capability]
#[attenuate(NoteReader { text })]
trait Note {
    async fn text(&self) -> Result<String>;
    async fn erase(&self) -> Result<String>;
}

#[capability]
#[attenuate(BoardReader {
    changes -> NoteReader, pages -> NoteReader, failing -> NoteReader, inbox -> NoteReader,
    relay -> NoteReader, relay_in(whole) -> NoteReader, tried,
})]
trait Board {
    async fn changes(&self) -> Result<ReadableStream<NoteStub>>;
    async fn pages(&self) -> Result<Option<ReadableStream<Vec<NoteStub>>>>;
    async fn failing(&self) -> Result<ReadableStream<NoteStub>>;
    async fn inbox(&self) -> Result<WritableStream<NoteStub>>;
    async fn relay(&self, notes: ReadableStream<NoteStub>) -> Result<ReadableStream<NoteStub>>;
    async fn relay_in(&self, notes: WritableStream<NoteStub>) -> Result<WritableStream<NoteStub>>;
    async fn tried(&self) -> Result<Vec<String>>;
}

#[derive(Clone)]
struct Paper;

impl Note for Paper {
    async fn text(&self) -> Result<String> {
        Ok("hello".to_owned())
    }

    async fn erase(&self) -> Result<String> {
        Ok("erased".to_owned())
    }
}

fn note() -> NoteStub {
    NoteStub::new(Paper)
}

fn notes(count: usize) -> impl stream::Stream<Item = NoteStub> + Send {
    stream::iter((0..count).map(|_| note()))
}

/// What the board has heard from trying to erase, and then to read, each note in its inbox.
#[derive(Clone, Default)]
struct Cork(Arc<Mutex<Vec<String>>>);

impl Board for Cork {
    async fn changes(&self) -> Result<ReadableStream<NoteStub>> {
        Ok(ReadableStream::new(notes(2)))
    }

    async fn pages(&self) -> Result<Option<ReadableStream<Vec<NoteStub>>>> {
        let pages = [vec![note()], vec![note(), note()]];
        Ok(Some(ReadableStream::new(stream::iter(pages))))
    }

    async fn failing(&self) -> Result<ReadableStream<NoteStub>> {
        let inside = Value::Capability(note().into_stub());
        let failure = Error::range_error("out of paper").with_prop("inside", inside);
        Ok(ReadableStream::new(stream::iter([Err::<NoteStub, _>(
            failure,
        )])))
    }

    async fn inbox(&self) -> Result<WritableStream<NoteStub>> {
        let tried = Arc::clone(&self.0);
        Ok(WritableStream::from_fn(move |note: NoteStub| {
            let tried = Arc::clone(&tried);
            async move {
                for attempt in [note.erase(), note.text()] {
                    let heard = attempt.await.unwrap_or_else(|error| error.to_string());
                    tried.lock().unwrap().push(heard);
                }
                Ok(())
            }
        }))
    }

    async fn relay(&self, notes: ReadableStream<NoteStub>) -> Result<ReadableStream<NoteStub>> {
        Ok(notes)
    }

    async fn relay_in(&self, notes: WritableStream<NoteStub>) -> Result<WritableStream<NoteStub>> {
        Ok(notes)
    }

    async fn tried(&self) -> Result<Vec<String>> {
        Ok(self.0.lock().unwrap().clone())
    }
}

fn board() -> BoardStub {
    BoardStub::new(Cork::default())
}

fn reader() -> BoardReaderStub {
    board().attenuate()
}

async fn assert_can_only_be_read(note: &Stub) {
    let text = note.call("text", ()).await.unwrap();
    assert_eq!(text, Value::String("hello".into()));
    let error = note.call("erase", ()).await.unwrap_err();
    assert_eq!(error.to_string(), "'erase' is not a function.");
}

const TRIED: [&str; 2] = ["'erase' is not a function.", "hello"];

#[tokio::test]
async fn what_flows_out_of_a_facet_is_narrowed() {
    over_both(reader, async |reader| {
        let changes = reader.changes().await.unwrap();
        let changes: Vec<NoteReaderStub> = changes.try_collect().await.unwrap();
        assert_eq!(changes.len(), 2);
        for change in changes {
            assert_can_only_be_read(change.as_stub()).await;
        }
        let pages = reader.pages().await.unwrap().unwrap();
        let pages: Vec<Vec<NoteReaderStub>> = pages.try_collect().await.unwrap();
        for page in pages.iter().flatten() {
            assert_can_only_be_read(page.as_stub()).await;
        }
        assert_eq!(pages.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn what_flows_in_through_a_facet_is_narrowed() {
    over_both(reader, async |reader| {
        let inbox = reader.inbox().await.unwrap();
        // Within a process no type is in the way of a peer.
        let mut inbox = whole(inbox);
        inbox.send(note()).await.unwrap();
        inbox.close().await.unwrap();
        assert_eq!(reader.tried().await.unwrap(), TRIED);
    })
    .await;
}

/// Takes a facet's stream for one of the whole, as a peer can that knows no types.
fn whole(stream: WritableStream<NoteReaderStub>) -> WritableStream<NoteStub> {
    #[derive(serde::Serialize, serde::Deserialize)]
    struct Holder<T>(T);
    let value = capnweb_runtime::to_value(&Holder(stream)).unwrap();
    capnweb_runtime::from_value::<Holder<_>>(value).unwrap().0
}

/// The fault: the whole object, as a property of the error that a stream fails with. Within a process
/// there is no session that would drop it.
#[tokio::test]
async fn what_the_failure_of_a_stream_carries_is_narrowed_too() {
    let failing = reader().failing().await.unwrap();
    let error = failing.try_collect::<Vec<_>>().await.unwrap_err();
    assert_eq!(error.to_string(), "out of paper");
    let Some(Value::Capability(inside)) = error.prop("inside") else {
        panic!("it is still there: {error:?}");
    };
    assert_can_only_be_read(inside).await;
}

/// The streams of an object elsewhere, through a facet that is made here.
#[tokio::test]
async fn streams_of_a_remote_object_are_narrowed_for_a_third_party() {
    in_time(async {
        let origin = Link::<BoardStub>::connect(&serving(|_| board()).await).await;
        let lent: BoardReaderStub = origin.attenuate();
        let third: BoardReaderStub = connect(&serving(move |_| lent.clone()).await)
            .await
            .unwrap();
        let changes: Vec<NoteReaderStub> =
            third.changes().await.unwrap().try_collect().await.unwrap();
        assert_can_only_be_read(changes[0].as_stub()).await;
        let mut inbox = whole(third.inbox().await.unwrap());
        inbox.send(note()).await.unwrap();
        inbox.close().await.unwrap();
        assert_eq!(origin.tried().await.unwrap(), TRIED);
    })
    .await;
}

/// The fault: a stack that overflows, because a peer has a stream narrowed again and again.
#[tokio::test]
async fn a_stream_is_narrowed_only_so_often() {
    over_both(reader, async |reader| {
        for (begin, relay) in [("changes", "relay"), ("inbox", "relayIn")] {
            for (times, fits) in [(30, true), (64, false)] {
                let mut stream = reader.as_stub().call(begin, ());
                for _ in 0..times {
                    stream = reader.as_stub().call(relay, (stream,));
                }
                match stream.await {
                    Ok(_) => assert!(fits, "{relay} {times} times"),
                    Err(error) => {
                        assert!(!fits, "{relay} {times} times: {error}");
                        let words = error.to_string();
                        let told = ["wrapped too many times", "chain of promises is too long"];
                        assert!(told.iter().any(|told| words.contains(told)), "{words}");
                    }
                }
            }
        }
        assert_eq!(reader.tried().await.unwrap(), Vec::<String>::new());
    })
    .await;
}

/// The fault: a chunk whose answer tells that a member exists and is kept back.
#[tokio::test]
async fn on_the_wire_what_flows_out_looks_as_if_it_had_never_been_more() {
    let url = serving(|_| reader()).await;
    let mut peer = RawPeer::connect(&url).await;
    peer.send(r#"["push",["pipeline",0,["changes"],[]]]"#).await;
    peer.send(r#"["pull",1]"#).await;
    for expected in [
        r#"["pipe"]"#,
        r#"["resolve",1,["readable",1]]"#,
        r#"["stream",["pipeline",1,["write"],[["export",-1]]]]"#,
        r#"["stream",["pipeline",1,["write"],[["export",-2]]]]"#,
        r#"["stream",["pipeline",1,["close"],[]]]"#,
    ] {
        assert_eq!(peer.text().await, expected);
    }
    let text = peer.ask(2, r#"["pipeline",-1,["text"],[]]"#).await;
    assert_eq!(text, r#"resolve "hello""#);
    let mut id = 2;
    for expression in [
        r#"["pipeline",-2,["NAME"],[]]"#,
        r#"["pipeline",-2,["NAME"]]"#,
        r#"["pipeline",-2,["NAME","x"],[]]"#,
    ] {
        let mut answers = Vec::new();
        for name in ["erase", "neverWas"] {
            id += 1;
            let answer = peer.ask(id, &expression.replace("NAME", name)).await;
            answers.push(answer.replace(name, "NAME"));
        }
        assert_eq!(answers[0], answers[1], "{expression}");
    }
}

/// The fault: whoever is written to through a facet can do more with what it is given than the facet
/// says.
#[tokio::test]
async fn on_the_wire_what_flows_in_is_asked_for_no_more_than_its_facet_has() {
    let url = serving(|_| reader()).await;
    let mut peer = RawPeer::connect(&url).await;
    peer.send(r#"["push",["pipeline",0,["inbox"],[]]]"#).await;
    peer.send(r#"["pull",1]"#).await;
    assert_eq!(peer.text().await, r#"["resolve",1,["writable",-1]]"#);
    peer.send(r#"["stream",["pipeline",-1,["write"],[["export",-1]]]]"#)
        .await;
    assert_eq!(peer.text().await, r#"["push",["pipeline",-1,["text"],[]]]"#);
    assert_eq!(peer.text().await, r#"["pull",1]"#);
    peer.send(r#"["resolve",1,"mine"]"#).await;
    let mut rest = Vec::new();
    while !rest.contains(&r#"["resolve",2,["undefined"]]"#.to_owned()) {
        rest.push(peer.text().await);
    }
    assert!(
        rest.iter().all(|message| !message.contains("erase")),
        "{rest:?}"
    );
    let tried = peer.ask(3, r#"["pipeline",0,["tried"],[]]"#).await;
    assert_eq!(tried, r#"resolve [["'erase' is not a function.","mine""#);
}
