//! Sessions for tests, peers that speak JSON of their own, and objects that are counted.

mod census;
mod link;
mod raw;
mod server;

pub(crate) use census::{Census, Citizen};
pub(crate) use link::{Link, over_both};
pub(crate) use raw::{Heard, RawPeer, RawServer};
pub(crate) use server::{in_time, serving, serving_with};
