//! Workers that join, over sessions within the process, in simulated time.

mod house;
mod leaving;
mod posts;
mod stopping;
mod working;
