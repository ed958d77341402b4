//! The client against real servers on this machine, under names that a test resolver knows.

mod asking;
mod hosts;
mod limits;
mod redirects;
mod server;
mod streams;
mod tls;
