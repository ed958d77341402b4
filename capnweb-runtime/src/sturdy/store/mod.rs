//! Where records outlive the process: the contract, and two that keep it.
//!
//! | file | what is in it |
//! |---|---|
//! | `contract` | what every store promises |
//! | `tables` | what is in a store, and what becomes of it: no I/O |
//! | `memory` | the tables and nothing else |
//! | `file` | the tables and a journal, from which they are made again |
//! | `laws` | what is asked of every store in tests |

mod contract;
mod file;
#[cfg(any(test, feature = "sturdy-laws"))]
#[cfg_attr(
    not(feature = "sturdy-laws"),
    allow(
        unreachable_pub,
        reason = "in tests of our own they are not handed out"
    )
)]
pub mod laws;
mod memory;
mod tables;

pub use contract::{Spending, StoreFuture, SturdyStore};
pub use file::FileStore;
pub use memory::MemoryStore;
