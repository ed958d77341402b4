//! Sessions under a script: of messages from a hostile peer, or of what applications do that are
//! connected with one another.
//!
//! | file | what is in it |
//! |---|---|
//! | `hostile`, `message` | one session, and a peer that writes what it likes |
//! | `network`, `link`, `end` | processes, the sessions between them, and one end of such a session |
//! | `acts`, `streams` | what applications do: with references, and with streams and maps |
//! | `handle` | a reference that one holds, and what is known of the way its calls take |
//! | `actor`, `flow` | what they serve: objects, and what those do with streams |

mod actor;
mod acts;
mod end;
mod flow;
mod handle;
mod hostile;
mod link;
mod message;
mod network;
mod streams;

pub(super) use hostile::hostile;
pub(super) use network::network;
