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

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll, Waker};

    use super::{CAPACITY, Memory, Transport as _, memory_pair};
    use crate::error::Disconnect;
    use crate::session::Frames;

    fn context() -> Context<'static> {
        Context::from_waker(Waker::noop())
    }

    fn received(end: &mut Memory) -> Option<Result<String, Disconnect>> {
        match end.poll_receive(&mut context()) {
            Poll::Ready(received) => Some(received),
            Poll::Pending => None,
        }
    }

    /// A receiver that does not read would have its sender pile up what is sent.
    #[test]
    fn no_more_lies_between_the_ends_than_there_is_room_for() {
        let (mut near, mut far) = memory_pair();
        let mut frames: Frames = (0..CAPACITY + 2)
            .map(|n| n.to_string().as_str().into())
            .collect();
        assert!(near.poll_send(&mut frames, &mut context()).is_pending());
        assert_eq!(frames.len(), 2);
        assert_eq!(received(&mut far).unwrap().unwrap(), "0");
        assert!(near.poll_send(&mut frames, &mut context()).is_pending());
        assert_eq!(received(&mut far).unwrap().unwrap(), "1");
        assert!(near.poll_send(&mut frames, &mut context()).is_ready());
        let rest = std::iter::from_fn(|| received(&mut far)).count();
        assert_eq!(rest, CAPACITY);
    }

    /// What was said last would be lost with the end that said it.
    #[test]
    fn what_was_sent_arrives_though_the_sender_is_gone() {
        let (mut near, mut far) = memory_pair();
        let mut frames = Frames::from(["last".into()]);
        assert!(near.poll_send(&mut frames, &mut context()).is_ready());
        drop(near);
        assert_eq!(received(&mut far).unwrap().unwrap(), "last");
        assert!(matches!(
            received(&mut far),
            Some(Err(Disconnect::PeerGone))
        ));
        assert!(matches!(
            far.poll_send(&mut frames, &mut context()),
            Poll::Ready(Err(Disconnect::PeerGone))
        ));
    }
}
