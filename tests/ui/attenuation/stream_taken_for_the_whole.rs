//! What comes out of a facet's stream is narrowed, and no stream of the whole.

use capnweb_runtime::{ReadableStream, Result, capability};

#[capability]
#[attenuate(BoardReader { changes -> BoardReader })]
pub trait Board {
    async fn changes(&self) -> Result<ReadableStream<BoardStub>>;
    async fn erase(&self) -> Result<()>;
}

async fn leak(reader: &BoardReaderStub) -> Result<()> {
    let _changes: ReadableStream<BoardStub> = reader.changes().await?;
    Ok(())
}

fn main() {
    let _ = leak;
}
