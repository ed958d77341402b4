//! This implementation's client, with typed stubs, against the JavaScript target.

mod batch;
mod callbacks;
mod calls;
mod capabilities;
mod disposal;
mod errors;
#[cfg(unix)]
mod everything;
mod map;
mod peer;
mod pipelining;
mod streams;
mod three_parties;
mod values;

#[cfg(unix)]
pub(super) use everything::exchange_everything;
