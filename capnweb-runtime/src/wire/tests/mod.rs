//! The codec against the protocol, requirement by requirement.
#![allow(clippy::arithmetic_side_effects, reason = "no peer reaches a test")]

mod decode;
mod encode;
mod json_read;
mod json_write;
mod owned;
mod random;
mod remap;
mod round_trip;
mod web;
