//! Programs from the outside: as processes, spoken to over their sockets.

mod demo;
mod examples;
mod seed;
mod serve;
mod support;
