//! What an operator sees of a server: its health and its numbers by HTTP, and its log.

mod http;
mod options;

pub(super) use http::{Monitor, listen};
pub use options::MonitorOptions;
