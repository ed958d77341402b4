//! Streams: capabilities that chunks flow through, one way.
//!
//! A stream is a capability whose [`Nature`] says so. A *writable* one answers `write`, `close` and
//! `abort`; a *readable* one holds a [`Source`] of chunks, which is taken once. On the wire a
//! readable stream is a *pipe*: its sender writes to it, its receiver reads from it.
//!
//! | file | what it is |
//! |---|---|
//! | `readable` | a capability that holds a source of chunks |
//! | `writable` | a capability that takes chunks: the calls a peer may make on it, and which it may not |
//! | `pipe` | where writes meet reads: each write is answered when its chunk is asked for |
//! | `consumer` | where writes meet a sink of the program's, one at a time and in order |
//! | `writer`, `flow` | the other side of a writable stream: how much is sent before it is answered |
//! | `pump` | from a source into a writer, until either ends |
//! | `bytes`, `collect` | between streams and bytes: a body or a blob that goes out, a blob that came |
//! | `deferred` | a stream that is passed on, perhaps without being read; how often one may be wrapped |
//! | `breakable` | a source that somebody who is on neither side can break off |
//!
//! Whichever way a stream ends, it ends for both sides: a reader that is dropped cancels, a writer
//! that is dropped without closing aborts.

mod breakable;
mod bytes;
mod collect;
mod consumer;
mod deferred;
mod flow;
mod nature;
mod pipe;
mod pump;
mod readable;
mod writable;
mod writer;

pub(super) use breakable::{Breakable, breakable};
pub(crate) use bytes::ByteSource;
pub(crate) use collect::collect;
pub(crate) use consumer::{Consume, Consumer, Step};
pub(super) use deferred::Deferred;
pub(super) use nature::not_mapped;
pub(crate) use nature::{Lock, Nature, Room, Streamed};
pub(crate) use pipe::{Pipe, pipe};
pub(crate) use pump::{Gauge, pump};
pub(crate) use readable::{Readable, Source, taken_already};
pub(crate) use writer::Writer;

#[cfg(test)]
mod tests;
