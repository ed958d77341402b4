//! A session at work: the machine behind its lock, references into it, and the task that drives it.

mod driver;
mod heartbeat;
mod import;
mod pair;
mod patience;
mod pumps;
mod shared;
mod stream;

#[cfg(feature = "websocket")]
pub(crate) use driver::{Turn, drive};
#[cfg(feature = "websocket")]
pub(crate) use heartbeat::Heartbeat;
pub(crate) use pair::pair;
#[cfg(any(test, feature = "websocket"))]
pub(crate) use shared::Connection;
