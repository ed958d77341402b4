//! An object behind a facet can hand out more than the facet does, through what it is passed.

use capnweb_runtime::{Function, Result, WritableStream, capability};

#[capability]
#[attenuate(BoardReader { watch, follow, count })]
#[attenuate(BoardFollower { watch(whole), follow(whole), count(whole) })]
#[attenuate(BoardWatcher { watch(listener) })]
trait Board {
    async fn watch(&self, listener: Function<fn(NoteStub) -> ()>) -> Result<()>;
    async fn follow(&self, name: String, notes: WritableStream<NoteStub>) -> Result<()>;
    async fn count(&self, listener: Function<fn(u32) -> ()>) -> Result<()>;
}

#[capability]
trait Note {
    async fn text(&self) -> Result<String>;
}

fn main() {}
