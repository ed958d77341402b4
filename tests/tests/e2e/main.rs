//! Programs from the outside: as processes, spoken to over their sockets.

mod commands;
mod demo;
mod durable;
mod examples;
mod seed;
mod serve;
mod support;
mod watch;
mod workers;
