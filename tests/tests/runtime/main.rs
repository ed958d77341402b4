//! The runtime as its users meet it: typed stubs over sessions in process and over WebSockets.

mod attenuation;
mod batch;
mod brands;
mod callbacks;
mod cancel;
mod counters;
mod deadlines;
mod defaults;
mod errors;
mod generics;
mod guards;
mod limits;
mod litmus;
mod map;
mod neighbours;
mod pipelining;
mod promises;
mod properties;
mod releases;
mod revocation;
mod streams;
mod support;
mod telemetry;
mod untyped;
mod web;
mod websocket;
