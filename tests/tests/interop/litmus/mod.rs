//! The attacks of `tests/litmus`, played over the raw wire: against this runtime, which has to survive
//! them, against this runtime without what protects it, which must not, and against npm `capnweb`, of
//! which is written down what it does.
//!
//! `tests/litmus/README.md` says how to read them, and `capnweb-runtime/docs/litmus.md` what came of it.

mod data;
mod page;
mod pattern;
mod player;
mod plays;
mod target;
mod wire;
