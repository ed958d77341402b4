//! Registries, references and stores, without a network.

mod attacks;
mod bounds;
mod files;
mod limits;
mod registry;
mod support;
mod texts;
mod threads;
