//! Every way something can fail, and whose fault it is.

mod call;
mod disconnect;
mod violation;

pub use call::{Error, Result, Thrown, Unsendable};
pub use disconnect::{Disconnect, Fault};
pub use violation::Violation;
