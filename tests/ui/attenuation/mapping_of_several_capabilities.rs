//! One mapping cannot decide for several capabilities.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Note {
    async fn text(&self) -> Result<String>;
}

#[capability]
#[attenuate(DirectoryReader { pair -> DirectoryReader })]
pub trait Directory {
    async fn pair(&self) -> Result<(NoteStub, DirectoryStub)>;
}

fn main() {}
