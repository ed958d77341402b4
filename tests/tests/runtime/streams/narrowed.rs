//! Streams of capabilities behind facets: what flows through them is less, both ways.

use std::sync::{Arc, Mutex};

use capnweb_runtime::{
    Capability as _, Error, ReadableStream, Result, Stub, Value, WritableStream, capability, connect,
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
    relay -> NoteReader, relay_in -> NoteReader, tried,
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
        let mut readable = reader.as_stub().call("changes", ());
        let mut writable = reader.as_stub().call("inbox", ());
        for _ in 0..10_000 {
            readable = reader.as_stub().call("relay", (readable,));
            writable = reader.as_stub().call("relayIn", (writable,));
        }
        let refused = readable.await.unwrap_err();
        assert!(refused.to_string().contains("too many times"), "{refused}");
        let refused = writable.await.unwrap_err();
        assert!(refused.to_string().contains("too many times"), "{refused}");
        assert_eq!(reader.tried().await.unwrap(), Vec::<String>::new());
    })
    .await;
}

/// The fault: a chunk whose answer tells that a member exists and is kept back.
#[tokio::test]
async fn on_the_wire_a_chunk_lacks_what_its_facet_lacks() {
    let url = serving(|_| reader()).await;
    let mut peer = RawPeer::connect(&url).await;
    peer.send(r#"["push",["pipeline",0,["changes"],[]]]"#).await;
    peer.send(r#"["pull",1]"#).await;
    let mut heard = Vec::new();
    while heard.len() < 5 {
        heard.push(peer.text().await);
    }
    panic!("{heard:#?}");
}
