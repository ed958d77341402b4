//! The demonstration: every scenario, played over real `WebSocket`s against servers of its own.

mod expect;
mod house;
mod miss;
mod play;
mod scenario;
mod scenarios;
mod stage;
mod tap;
mod watcher;
mod web;

pub use play::{Verdict, play};
