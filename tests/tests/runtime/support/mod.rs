//! Sessions for tests, peers that speak JSON of their own, and objects that are counted.

mod census;
mod clock;
mod http;
mod link;
mod listener;
mod raw;
mod server;

pub(crate) use census::{Census, Citizen};
pub(crate) use clock::{Frozen, seconds};
pub(crate) use http::{Response, open, post, post_head, post_with, request};
pub(crate) use link::{Link, over_both};
pub(crate) use listener::Listener;
pub(crate) use raw::{Heard, RawPeer, RawServer};
pub(crate) use server::{address_of, in_time, serving, serving_by, serving_with};
