//! Membranes: everything that passes is wrapped, however deep and whichever way, and dies together
//! (Miller, 2006).
//!
//! | file | what it is |
//! |---|---|
//! | `handle` | a membrane, as programs have it |
//! | `border` | what all wrappers of one membrane share: its end |
//! | `crossing` | what becomes of a capability that crosses: wrapped, or unwrapped where it comes home |
//! | `front` | the wrapper of an object or of a stream |
//! | `promised` | the wrapper of a promise: calls pass before it settles |

mod border;
mod crossing;
mod front;
mod handle;
mod promised;

pub(crate) use crossing::{Across, Provenance};
pub use handle::Membrane;

#[cfg(test)]
mod tests;
