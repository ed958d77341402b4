//! Streams of capabilities in facets: narrowed both ways, handed out whole, within options and lists.

use capnweb_runtime::{ReadableStream, Result, WritableStream, capability};
use futures_util::{SinkExt as _, StreamExt as _};

#[capability]
#[attenuate(NoteReader { text })]
pub trait Note {
    async fn text(&self) -> Result<String>;
    async fn erase(&self) -> Result<()>;
}

#[capability]
#[attenuate(BoardReader {
    changes -> NoteReader, inbox -> NoteReader, pages -> NoteReader, log -> ReadableStream,
})]
#[attenuate(BoardWriter { changes -> Note, inbox -> Note })]
pub trait Board {
    async fn changes(&self) -> Result<ReadableStream<NoteStub>>;
    async fn inbox(&self) -> Result<Option<WritableStream<NoteStub>>>;
    async fn pages(&self) -> Result<ReadableStream<Vec<NoteStub>>>;
    async fn log(&self) -> Result<ReadableStream<String>>;
}

async fn narrow(board: &BoardStub, note: NoteStub) -> Result<()> {
    let reader: BoardReaderStub = board.attenuate();
    let mut changes: ReadableStream<NoteReaderStub> = reader.changes().await?;
    if let Some(inbox) = reader.inbox().await? {
        let mut inbox: WritableStream<NoteReaderStub> = inbox;
        inbox.send(note.attenuate()).await?;
    }
    let _pages: ReadableStream<Vec<NoteReaderStub>> = reader.pages().await?;
    let _log: ReadableStream<String> = reader.log().await?;
    let writer: BoardWriterStub = board.attenuate();
    let _whole: ReadableStream<NoteStub> = writer.changes().await?;
    while let Some(change) = changes.next().await {
        change?.text().await?;
    }
    Ok(())
}

fn main() {
    let _ = |board: &BoardStub, note: NoteStub| drop(narrow(board, note));
}
