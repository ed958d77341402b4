//! What tasks can be granted, for real: objects on disk, locks, the network, a GPU.

mod fence;

pub mod gpu;
pub mod locks;
pub mod network;
pub mod storage;

pub use fence::{FencingToken, NoTokens, TokenRange, TokenSource};
