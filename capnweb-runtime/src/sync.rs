//! What threads share it by: the standard library's locks, or those of a model checker that tries the
//! orders in which threads can take them (`--cfg shuttle`, see `model`).

#[cfg(shuttle)]
pub(crate) use shuttle::sync::{Mutex, MutexGuard, atomic};
#[cfg(not(shuttle))]
pub(crate) use std::sync::{Mutex, MutexGuard, atomic};
