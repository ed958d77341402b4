//! A stream hands out what flows through it: whether whole is for the facet to say.

use capnweb_runtime::{ReadableStream, Result, WritableStream, capability};

#[capability]
#[attenuate(BoardReader { changes, inbox, log })]
pub trait Board {
    async fn changes(&self) -> Result<ReadableStream<NoteStub>>;
    async fn inbox(&self) -> Result<WritableStream<NoteStub>>;
    async fn log(&self) -> Result<ReadableStream<String>>;
}

#[capability]
pub trait Note {
    async fn text(&self) -> Result<String>;
}

fn main() {}
