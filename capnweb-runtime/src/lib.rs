//! Cap'n Web for Rust.

mod hook;
mod ids;
mod limits;
mod value;
mod wire;
