//! A session at work: the machine behind its lock, references into it, and the task that drives it.
//!
//! | file | what is in it |
//! |---|---|
//! | `shared` | the [`Connection`]: a machine and its lock |
//! | `effects` | what it does once it has let go of the machine |
//! | `control` | what the layers below are lent of it |
//! | `import` | references to what the peer holds |
//! | `driver` | the task of a session; `exchange` moves its messages, in `turn` with other sessions, `reading` them, `heartbeat` finds dead peers, `ending` ends it |
//! | `pumps` | what moves beside that: chunks of streams, and blobs |
//! | `patience` | calls of ours whose answers have a time |
//! | `pair` | two connections within this process |

#[cfg(all(test, feature = "websocket"))]
mod bystander;
mod control;
mod driver;
mod effects;
mod ending;
mod exchange;
mod heartbeat;
mod import;
mod pair;
mod patience;
mod pumps;
mod reading;
mod shared;
mod turn;

#[cfg(all(test, feature = "websocket"))]
pub(crate) use bystander::{MANY_MESSAGES, MANY_TURNS, turns_of_a_bystander};
#[cfg(feature = "websocket")]
pub(crate) use driver::drive;
#[cfg(feature = "websocket")]
pub(crate) use ending::Ending;
#[cfg(feature = "websocket")]
pub(crate) use heartbeat::Heartbeat;
pub(crate) use pair::pair;
#[cfg(any(test, feature = "websocket"))]
pub(crate) use shared::Connection;
#[cfg(feature = "websocket")]
pub(crate) use turn::Turn;
