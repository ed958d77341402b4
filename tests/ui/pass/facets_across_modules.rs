//! A result becomes a facet that is defined elsewhere.

use capnweb_runtime::{Result, capability};

pub mod notes {
    use capnweb_runtime::{Result, capability};

    #[capability]
    #[attenuate(NoteReader { text })]
    pub trait Note {
        async fn text(&self) -> Result<String>;
        async fn erase(&self) -> Result<()>;
    }
}

use notes::NoteStub;

#[capability]
#[attenuate(ShelfReader { top -> notes::NoteReader, last -> Note })]
pub(crate) trait Shelf {
    async fn top(&self) -> Result<Option<NoteStub>>;
    async fn last(&self) -> Result<notes::NoteStub>;
}

async fn read(shelf: &ShelfReaderStub) -> Result<Option<notes::NoteReaderStub>> {
    let _whole: NoteStub = shelf.last().await?;
    shelf.top().await
}

fn main() {
    let _ = |shelf: &ShelfReaderStub| drop(read(shelf));
}
