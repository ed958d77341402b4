//! Registries, references and stores, without a network.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "a test that calculates wrongly fails"
)]

mod attacks;
mod bounds;
mod files;
mod limits;
mod registry;
mod support;
mod texts;
mod threads;
