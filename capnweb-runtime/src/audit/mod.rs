//! Who did what by which authority: a record of every call that a peer makes, for the program's owner.
//!
//! A sink that is given to [`SessionConfig::audit`](crate::SessionConfig::audit) is handed an
//! [`AuditEvent`] for each call, read and `map` of a peer's, before it is carried out: what was called, whether
//! it was let through ([`Decision`]), and by which chain of references ([`Lineage`]), from the object to what
//! the peer holds: its facet, its guards and caretakers, its membrane. [`granted`](crate::granted) writes
//! into that chain who has handed a reference to whom. An [`AuditLog`] is a sink that waits for nobody.
//!
//! ```
//! use capnweb_runtime::audit::{AuditLog, Decision};
//! use capnweb_runtime::policy::Methods;
//! use capnweb_runtime::{Result, SessionConfig, capability, granted, in_process};
//!
//! #[capability]
//! pub trait Shelf {
//!     async fn read(&self, title: String) -> Result<String>;
//!     async fn burn(&self, title: String) -> Result<()>;
//! }
//!
//! struct Oak;
//!
//! impl Shelf for Oak {
//!     async fn read(&self, title: String) -> Result<String> {
//!         Ok(title)
//!     }
//!     async fn burn(&self, _title: String) -> Result<()> {
//!         Ok(())
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<()> {
//! let (log, mut trail) = AuditLog::new();
//! let config = SessionConfig::new().audit(log.clone());
//!
//! let shelf = ShelfStub::new(Oak).guarded(Methods::only(["read"]));
//! let shelf = granted(&shelf, "librarian to reader 7");
//! let (shelf, _session) = in_process(shelf.clone(), shelf, config);
//! assert!(shelf.burn("Faust".to_owned()).await.is_err());
//!
//! let event = trail.next().await.expect("somebody called");
//! assert_eq!((event.member(), event.decision()), ("burn", Decision::Denied));
//! assert_eq!(event.lineage().to_string(), r#"Shelf > guard > granted "librarian to reader 7""#);
//! assert_eq!(log.lost(), 0);
//! # Ok(()) }
//! ```
//!
//! What is passed, returned or thrown is in no event. The name of the member is, which a peer has written:
//! it is cut off after 256 characters, and control characters in it are replaced.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod event;
mod lineage;
mod log;
mod short;
mod sink;

pub use event::{AuditEvent, Decision};
pub use lineage::{Lineage, Link, LinkKind};
pub use log::{AuditLog, AuditTrail};
pub(crate) use short::short;
pub use sink::AuditSink;
