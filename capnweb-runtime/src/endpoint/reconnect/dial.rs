//! Making connections.

use std::time::Duration;

use crate::endpoint::connect::ConnectError;
use crate::hook::{Cap, Session};

/// What makes one connection after the other.
pub(in crate::endpoint) trait Dial: Send + Sync + 'static {
    /// Connects once; returns the server's main object.
    fn dial(&self) -> impl Future<Output = Result<(Cap, Session), ConnectError>> + Send;

    /// Returns how long that may take.
    fn time(&self) -> Duration;
}
