//! Sessions over real sockets: how they begin, how they end, and who is told what.

mod beginning;
mod connections;
mod echo;
mod ending;
mod http;
mod keep_alive;
mod origins;
mod peers;
mod reconnecting;
mod shutdown;
mod tls;
