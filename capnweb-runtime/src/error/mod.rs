//! Every way something can fail, and whose fault it is.

mod call;
mod data;
mod disconnect;
mod trail;
mod violation;

pub use call::{Error, Result, Thrown, Unsendable};
pub use data::{DeserializeError, DeserializeFault, SerializeError, SerializeFault};
pub use disconnect::{Disconnect, Fault};
pub(crate) use trail::Excerpt;
pub use trail::{Step, Trail};
pub use violation::Violation;
