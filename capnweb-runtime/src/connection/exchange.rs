//! Moving messages, both ways.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::task::{JoinHandle, yield_now};

use super::reading::{Read, Reading};
use super::shared::Connection;
use super::turn::Turn;
use crate::error::Disconnect;
use crate::session::{Frames, is_push};
use crate::transport::Transport;

/// What moves the messages of a session.
///
/// Reading and writing go on side by side: if either waited for the other, two peers with full
/// buffers would wait for each other for ever. All that lies ready is read, as far as it is this
/// session's turn; then what is to be said to that is written, together.
pub(super) struct Exchange<T> {
    connection: Arc<Connection>,
    transport: T,
    turn: Turn,
    /// A long message that is being read elsewhere, and its size.
    reading: Option<(JoinHandle<Read>, usize)>,
    /// What the transport has yet to take.
    frames: Frames,
    /// Something has been given to the transport that may not have been written.
    is_writing: bool,
    has_failed: bool,
}

impl<T: Transport> Exchange<T> {
    pub(super) fn new(connection: Arc<Connection>, transport: T) -> Self {
        Self {
            connection,
            transport,
            turn: Turn::new(),
            reading: None,
            frames: Frames::new(),
            is_writing: false,
            has_failed: false,
        }
    }

    /// Moves messages until the session has ended.
    pub(super) async fn run(&mut self) {
        poll_fn(|context| {
            // It looks for output itself, before it waits.
            self.connection.look_away();
            let read = self.poll_read(context);
            let written = self.poll_write(context);
            if read.is_ready() || written.is_ready() {
                return Poll::Ready(());
            }
            Poll::Pending
        })
        .await;
    }

    /// Writes what there is to say, once the session has ended.
    pub(super) async fn finish(&mut self) {
        poll_fn(|context| self.poll_write(context)).await;
    }

    /// Ends the session because the connection has failed, or the peer is gone. Of what was not written
    /// by then nothing is, if it matters to somebody.
    pub(super) fn cut(&mut self, reason: &Disconnect) {
        if !self.connection.tells_certainty() {
            return self.connection.terminate(reason);
        }
        let given = self.transport.take_back();
        let given = given.iter().filter(|message| is_push(message)).count();
        let left = self.frames.drain(..);
        let left = left.filter(|message| is_push(message.as_str())).count();
        self.connection.cut(reason, given.saturating_add(left));
    }

    /// Tells the peer why the session has ended, and waits until it is gone.
    pub(super) async fn close(&mut self, reason: &Disconnect) {
        poll_fn(|context| self.transport.poll_close(reason, context)).await;
        // What the peer has sent meanwhile is read and ignored: a socket closed with unread data in
        // it is reset, and the peer might lose what it was told last.
        while poll_fn(|context| self.transport.poll_receive(context))
            .await
            .is_ok()
        {}
    }

    /// Takes messages; ready once no more may follow.
    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.turn.again();
        loop {
            let size = match self.poll_message(context) {
                Poll::Ready(Some(size)) => size,
                Poll::Ready(None) => return Poll::Ready(()),
                Poll::Pending => return Poll::Pending,
            };
            if self.turn.is_over_after(size) {
                // This has it polled again, after the others.
                return pin!(yield_now()).poll(context);
            }
        }
    }

    /// Takes a message, and returns its size; none if it was the last.
    fn poll_message(&mut self, context: &mut Context<'_>) -> Poll<Option<usize>> {
        loop {
            if let Some((reading, size)) = &mut self.reading {
                let (read, size) = (ready!(Pin::new(reading).poll(context)), *size);
                self.reading = None;
                let flow = self.connection.handle_joined(read, size);
                return Poll::Ready(flow.is_continue().then_some(size));
            }
            let text = match ready!(self.transport.poll_receive(context)) {
                Ok(text) => text,
                Err(reason) => {
                    self.cut(&reason);
                    return Poll::Ready(None);
                }
            };
            self.turn.begin_message(&self.connection);
            let size = text.as_ref().len();
            match Reading::begin(&self.connection, text, |text| text) {
                Reading::Done(message) => {
                    let flow = self.connection.handle_read(message, size);
                    return Poll::Ready(flow.is_continue().then_some(size));
                }
                Reading::Elsewhere(reading) => self.reading = Some((reading, size)),
            }
        }
    }

    /// Writes messages; ready once all is said, or nothing can be.
    fn poll_write(&mut self, context: &mut Context<'_>) -> Poll<()> {
        while !self.has_failed {
            if self.connection.takes_sign() {
                self.transport.ping();
                self.is_writing = true;
            }
            if !self.is_writing {
                let more = ready!(self.connection.poll_frames(&mut self.frames, context));
                if more.is_break() {
                    return Poll::Ready(());
                }
                self.is_writing = true;
            }
            let written = ready!(self.transport.poll_send(&mut self.frames, context));
            self.is_writing = false;
            if let Err(reason) = written {
                self.cut(&reason);
                self.has_failed = true;
            }
        }
        Poll::Ready(())
    }
}
