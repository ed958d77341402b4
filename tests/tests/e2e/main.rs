//! Programs from the outside: as processes, spoken to over their sockets.

mod access;
mod chaos;
mod commands;
mod demo;
mod durable;
mod examples;
mod monitoring;
mod seed;
mod serve;
mod settings;
mod support;
mod watch;
mod workers;
