//! The in-process transport.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::duplex::Transport;
use crate::error::Disconnect;
use crate::session::Frames;

/// How many messages may lie between the two ends.
const CAPACITY: usize = 64;

/// One end.
pub(crate) struct Memory {
    incoming: Lane,
    outgoing: Lane,
}

/// One direction: messages that were sent and have not been received.
#[derive(Clone, Default)]
struct Lane(Arc<Mutex<Queue>>);

#[derive(Default)]
struct Queue {
    messages: VecDeque<String>,
    /// One of the ends is gone.
    closed: bool,
    receiver: Option<Waker>,
    sender: Option<Waker>,
}

/// Creates two connected ends.
pub(crate) fn memory_pair() -> (Memory, Memory) {
    let (to_right, to_left) = (Lane::default(), Lane::default());
    let left = Memory {
        incoming: to_left.clone(),
        outgoing: to_right.clone(),
    };
    let right = Memory {
        incoming: to_right,
        outgoing: to_left,
    };
    (left, right)
}

impl Transport for Memory {
    type Frame = String;

    fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<Result<String, Disconnect>> {
        let mut queue = self.incoming.lock();
        if let Some(message) = queue.messages.pop_front() {
            wake(queue.sender.take());
            return Poll::Ready(Ok(message));
        }
        if queue.closed {
            return Poll::Ready(Err(Disconnect::PeerGone));
        }
        queue.receiver = Some(context.waker().clone());
        Poll::Pending
    }

    fn poll_send(
        &mut self,
        frames: &mut Frames,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), Disconnect>> {
        let mut queue = self.outgoing.lock();
        if queue.closed {
            return Poll::Ready(Err(Disconnect::PeerGone));
        }
        let room = CAPACITY.saturating_sub(queue.messages.len());
        let sent = frames.drain(..frames.len().min(room));
        let sent = sent.map(|frame| frame.as_str().to_owned());
        queue.messages.extend(sent);
        wake(queue.receiver.take());
        if frames.is_empty() {
            return Poll::Ready(Ok(()));
        }
        queue.sender = Some(context.waker().clone());
        Poll::Pending
    }

    fn ping(&mut self) {}

    fn poll_close(&mut self, _: &Disconnect, _: &mut Context<'_>) -> Poll<()> {
        self.outgoing.close();
        Poll::Ready(())
    }
}

impl Lane {
    /// Ends it: what was sent can still be received.
    fn close(&self) {
        let mut queue = self.lock();
        queue.closed = true;
        wake(queue.receiver.take());
        wake(queue.sender.take());
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.incoming.close();
        self.outgoing.close();
    }
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}
