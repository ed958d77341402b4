//! Cap'n Web for Rust.

mod data;
mod hook;
mod ids;
mod limits;
mod value;
mod wire;
