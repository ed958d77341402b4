//! Transports: whole messages in, whole messages out, in order.

mod duplex;
mod memory;
#[cfg(feature = "websocket")]
pub(crate) mod websocket;

pub(crate) use duplex::{FrameSink, FrameSource};
pub(crate) use memory::memory_pair;
