//! The program from the outside: as a process, spoken to over its sockets.

mod demo;
mod seed;
mod serve;
mod support;
