//! Sessions over real sockets: how they begin, how they end, and who is told what.

mod beginning;
mod echo;
mod ending;
mod http;
mod peers;
mod tls;
