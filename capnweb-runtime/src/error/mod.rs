//! Every way something can fail, and whose fault it is.
//!
//! | file | what is in it |
//! |---|---|
//! | `call` | why a call gave no value: the [`Error`] that programs see |
//! | `disconnect`, `violation` | why a session ended; what a peer did wrong, one variant each |
//! | `data`, `trail` | what data cannot become a value, or the other way round, and where in it |
//! | `invalid` | dates, header fields, requests that cannot be made, for `?` |
//! | `redact` | what of all that a peer is told |
//! | `excerpt` | a peer's text, as far as it may be repeated |

mod call;
mod data;
mod disconnect;
mod excerpt;
mod invalid;
pub mod redact;
mod trail;
mod violation;

pub use call::{Error, Result, Thrown, Unsendable};
pub(crate) use data::SerializeFault;
pub use data::{DeserializeError, SerializeError};
pub use disconnect::{Disconnect, Fault};
pub(crate) use excerpt::Excerpt;
pub(crate) use trail::Step;
pub use violation::Violation;
