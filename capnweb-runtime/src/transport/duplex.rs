//! What a transport offers (protocol T-1).

use std::task::{Context, Poll};

use crate::error::Disconnect;
use crate::session::Frames;

/// Whole messages, both ways. Nothing is lost when it is not polled any more.
pub(crate) trait Transport: Send + 'static {
    /// A message, in whatever buffer the transport has it.
    type Frame: AsRef<str> + Send + 'static;

    /// Takes the next message; an error ends the session.
    fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<Result<Self::Frame, Disconnect>>;

    /// Writes messages that are ready together, in one write where the transport can: ready once
    /// they are written, with whatever else was to be. It is to be polled until then, without more
    /// messages; those in its own keeping are taken out of `frames`.
    fn poll_send(
        &mut self,
        frames: &mut Frames,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), Disconnect>>;

    /// Takes back the messages in its own keeping of which nothing has been written, in order: they
    /// never will be. Those in part are still written.
    fn take_back(&mut self) -> Vec<String> {
        Vec::new()
    }

    /// Has the peer asked for a sign of life with what is sent next, where that means anything.
    fn ping(&mut self);

    /// Closes the connection and tells the peer why; ready once that is said.
    fn poll_close(&mut self, reason: &Disconnect, context: &mut Context<'_>) -> Poll<()>;
}
