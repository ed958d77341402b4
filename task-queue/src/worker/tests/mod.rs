//! Workers at a queue that is really served.

mod connections;
mod handlers;
mod house;
mod leaving;
