//! Transports: whole messages in, whole messages out, in order.

mod duplex;
#[cfg(feature = "websocket")]
mod heard;
#[cfg(feature = "websocket")]
mod inflow;
mod memory;
#[cfg(feature = "websocket")]
mod outflow;
mod pulse;
#[cfg(feature = "websocket")]
mod websocket;

pub(crate) use duplex::Transport;
#[cfg(feature = "websocket")]
pub(crate) use heard::Heard;
#[cfg(all(test, feature = "websocket"))]
pub(crate) use memory::Memory;
pub(crate) use memory::memory_pair;
#[cfg(feature = "websocket")]
pub(crate) use outflow::Outflow;
pub(crate) use pulse::Pulse;
#[cfg(feature = "websocket")]
pub(crate) use websocket::{WebSocket, config as websocket_config};
