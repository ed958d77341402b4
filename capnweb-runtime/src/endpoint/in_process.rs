//! Sessions within a process.

use crate::connection::pair;
use crate::hook::{Session, Stub};
use crate::limits::Limits;
use crate::typed::Capability;

/// Connects two main objects through a real session in this process, with everything a wire would
/// do to them; returns the right one as the left end sees it, and the left end's session.
///
/// This is how to test an interface without a socket. Must be called within a Tokio runtime.
pub fn in_process<R: Capability>(left: impl Capability, right: R, limits: Limits) -> (R, Session) {
    let pair = pair(
        left.into_stub().into_cap(),
        right.into_stub().into_cap(),
        limits,
    );
    (
        R::from_stub(Stub::of(pair.right_main)),
        Session::new(pair.left),
    )
}
