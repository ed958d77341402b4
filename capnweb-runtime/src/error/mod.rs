//! Every way something can fail, and whose fault it is.

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
