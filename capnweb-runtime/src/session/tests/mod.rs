//! The session against the protocol: scripted peers, two sessions back to back, hostile peers.
#![allow(clippy::arithmetic_side_effects, reason = "no peer reaches a test")]

mod certainty;
mod circles;
mod deadlines;
mod endings;
mod facets;
mod failures;
mod hostile;
mod limits;
mod map;
mod pairs;
mod proxies;
mod streams;
mod stress;
mod support;
mod told;
mod transcripts;
mod web;
mod world;
