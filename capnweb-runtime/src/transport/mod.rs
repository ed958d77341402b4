//! Transports: whole messages in, whole messages out, in order.

mod duplex;
#[cfg(feature = "websocket")]
mod heard;
mod memory;
mod pulse;
#[cfg(feature = "websocket")]
mod websocket;

pub(crate) use duplex::Transport;
#[cfg(feature = "websocket")]
pub(crate) use heard::Heard;
pub(crate) use memory::memory_pair;
pub(crate) use pulse::Pulse;
#[cfg(feature = "websocket")]
pub(crate) use websocket::{WebSocket, config as websocket_config};
