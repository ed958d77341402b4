//! `bench`: how fast a queue of this program is on this machine.

mod load;
mod machine;
mod report;
mod server;

pub(super) use report::bench;
