//! HTTP batches: the server's end as it is written, and the client's.

mod api;
mod client;
mod failing;
mod kept;
mod refused;
mod serving;
mod slow;
