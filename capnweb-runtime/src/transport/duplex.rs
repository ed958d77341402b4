//! What a transport offers (protocol T-1).

use std::collections::VecDeque;

use crate::error::Disconnect;

/// Where messages come from.
pub(crate) trait FrameSource: Send + 'static {
    /// A message, in whatever buffer the transport has it.
    type Frame: AsRef<str> + Send + 'static;

    /// Waits for the next message; an error ends the session.
    ///
    /// Cancel-safe: a message is not lost when the future is dropped.
    fn receive(&mut self) -> impl Future<Output = Result<Self::Frame, Disconnect>> + Send;
}

/// Where messages go.
pub(crate) trait FrameSink: Send + 'static {
    /// Writes messages that are ready together, in one write where the transport can.
    fn send(
        &mut self,
        frames: VecDeque<String>,
    ) -> impl Future<Output = Result<(), Disconnect>> + Send;

    /// Asks the peer for a sign of life, where that means anything.
    fn ping(&mut self) -> impl Future<Output = Result<(), Disconnect>> + Send;

    /// Closes the connection and tells the peer why.
    fn close(&mut self, reason: &Disconnect) -> impl Future<Output = ()> + Send;
}
