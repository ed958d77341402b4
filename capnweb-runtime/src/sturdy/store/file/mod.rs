//! A store in a file: a journal that is only ever appended to, and replaced by a shorter one when
//! most of it is history.
//!
//! | file | what is in it |
//! |---|---|
//! | `line` | changes as lines, each with a checksum |
//! | `journal` | the file: reading it, appending to it, replacing it |
//! | `disk` | what is done to the disk, in an order that survives a loss of power |
//! | `writer` | the thread that does so, for all who ask at the same time at once |
//! | `store` | the handle |

mod disk;
mod journal;
mod line;
mod store;
mod writer;

pub use store::FileStore;
