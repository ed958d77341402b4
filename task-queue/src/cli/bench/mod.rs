//! `bench`: how fast a queue of this program is on this machine.
//!
//! The server, its worker and the load are processes of their own, as they are where it counts.

mod disk;
mod hands;
mod load;
mod machine;
mod measured;
mod process;
mod report;
mod run;

pub(super) use run::bench;
