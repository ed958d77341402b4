//! Sessions under a script: of messages from a hostile peer, or of what applications do that are
//! connected with one another.

mod actor;
mod acts;
mod flow;
mod handle;
mod hostile;
mod link;
mod message;
mod net;
mod network;
mod streams;

pub(super) use hostile::hostile;
pub(super) use network::network;
