//! How a client is doing.

use tokio::time::Instant;

use crate::error::Disconnect;

/// How a [`ReconnectingClient`](crate::ReconnectingClient) is doing: what a status line shows.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ClientState {
    /// There is a connection.
    Connected,
    /// There is none yet, or none any more.
    #[non_exhaustive]
    Connecting {
        /// The number of the attempt that is made, or comes next: 1 for the first since the last
        /// healthy connection.
        attempt: u32,
        /// When it will be made; none if it is being made.
        next_try: Option<Instant>,
        /// Why there is no connection any more, or why the last attempt failed; none before that.
        why: Option<Disconnect>,
    },
    /// There never will be one again: [`close`](crate::ReconnectingClient::close) was called, or the
    /// client has given up.
    Closed(Disconnect),
}

impl ClientState {
    /// Returns whether there is a connection.
    pub const fn is_connected(&self) -> bool {
        matches!(self, Self::Connected)
    }

    /// Returns why the client has ended, if it has.
    pub const fn closed(&self) -> Option<&Disconnect> {
        match self {
            Self::Closed(why) => Some(why),
            _ => None,
        }
    }
}
