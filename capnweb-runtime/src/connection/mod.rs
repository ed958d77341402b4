//! A session at work: the machine behind its lock, references into it, and the task that drives it.

mod driver;
mod import;
mod pair;
mod patience;
mod pumps;
mod shared;
mod stream;

#[cfg(feature = "websocket")]
pub(crate) use driver::drive;
pub(crate) use pair::pair;
pub(crate) use shared::Connection;
