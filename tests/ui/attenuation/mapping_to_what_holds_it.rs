//! A mapping names the capability, not the stream or the list that it is in.

use capnweb_runtime::{ReadableStream, Result, capability};

#[capability]
#[attenuate(BoardReader { changes -> ReadableStream<BoardReader>, all -> Vec<BoardReaderStub> })]
pub trait Board {
    async fn changes(&self) -> Result<ReadableStream<BoardStub>>;
    async fn all(&self) -> Result<Vec<BoardStub>>;
}

fn main() {}
