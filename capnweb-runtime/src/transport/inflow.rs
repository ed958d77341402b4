//! What comes in over a socket: read in large pieces, and kept by nobody who has nothing to read.

use std::cell::Cell;
use std::io;
use std::pin::pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncReadExt as _, ReadBuf};

/// What was read and has not been taken.
///
/// A system call takes as much as there is, however little of it is wanted. The room for that belongs
/// to the thread: a connection has it only while something of its lies there.
#[derive(Default)]
pub(super) struct Inflow {
    ahead: Vec<u8>,
    /// How much of it was taken.
    taken: usize,
    /// How much was read since there was nothing to read, or others had their turn.
    spent: usize,
}

impl Inflow {
    /// Takes as much as there is room for, of what was read or else of what the socket has.
    pub(super) fn poll_read<S: AsyncRead + Unpin>(
        &mut self,
        socket: &mut S,
        context: &mut Context<'_>,
        room: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.ahead.is_empty() {
            ready!(self.poll_fill(socket, context))?;
        }
        let rest = self.ahead.get(self.taken..).unwrap_or_default();
        let part = rest.get(..room.remaining()).unwrap_or(rest);
        room.put_slice(part);
        self.taken = self.taken.saturating_add(part.len());
        if self.taken >= self.ahead.len() {
            self.give_back();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_fill<S: AsyncRead + Unpin>(
        &mut self,
        socket: &mut S,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        // Of pings, and of parts of messages, a session does not know that they came: it would read
        // them as long as there are any.
        if self.spent >= TURN {
            self.spent = 0;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.ahead = ROOM.try_with(Cell::take).unwrap_or_default();
        if self.ahead.capacity() == 0 {
            self.ahead.reserve_exact(AHEAD);
        }
        let read = pin!(socket.read_buf(&mut self.ahead)).poll(context);
        if self.ahead.is_empty() {
            self.give_back();
        }
        self.spent = match read {
            Poll::Ready(_) => self.spent.saturating_add(self.ahead.len().max(LEAST)),
            Poll::Pending => 0,
        };
        read.map_ok(drop)
    }

    fn give_back(&mut self) {
        self.taken = 0;
        self.ahead.clear();
        let room = std::mem::take(&mut self.ahead);
        // A thread that is ending needs none.
        let _ended = ROOM.try_with(|kept| kept.set(room)).is_err();
    }
}

thread_local! {
    /// Room to read into.
    static ROOM: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// How many bytes are read at once: what a connection keeps while others have their turn.
const AHEAD: usize = 16 * 1024;

/// How many bytes are read before others have a turn.
const TURN: usize = 32 * 1024;

/// As many bytes as asking for them takes time, however few there are.
const LEAST: usize = 2 * 1024;

#[cfg(test)]
mod tests {
    use std::task::{Context, Waker};

    use tokio::io::ReadBuf;

    use super::{AHEAD, Inflow};

    /// Takes so much at most, in as many turns as it takes.
    fn take(inflow: &mut Inflow, socket: &mut &[u8], most: usize) -> Vec<u8> {
        let mut room = vec![0; most];
        let mut room = ReadBuf::new(&mut room);
        let mut context = Context::from_waker(Waker::noop());
        while inflow
            .poll_read(socket, &mut context, &mut room)
            .map(Result::unwrap)
            .is_pending()
        {}
        room.filled().to_vec()
    }

    /// The fault: what was read ahead is lost, comes twice, or out of order; or hides the end.
    #[test]
    fn everything_comes_once_and_in_order() {
        let bytes: Vec<u8> = (0..3 * AHEAD + 7).map(|n| n.to_le_bytes()[0]).collect();
        let (mut inflow, mut socket) = (Inflow::default(), bytes.as_slice());
        let mut taken = Vec::new();
        for most in [1, 100, AHEAD, 5000].into_iter().cycle() {
            let part = take(&mut inflow, &mut socket, most);
            if part.is_empty() {
                break;
            }
            taken.extend(part);
        }
        assert_eq!(taken, bytes);
    }

    /// The fault: every connection that ever said something keeps the room for it.
    #[test]
    fn room_is_kept_while_something_lies_in_it() {
        let (mut inflow, mut socket) = (Inflow::default(), &b"12"[..]);
        take(&mut inflow, &mut socket, 1);
        assert_eq!((inflow.ahead.capacity(), socket), (AHEAD, &b""[..]));
        take(&mut inflow, &mut socket, 1);
        assert_eq!(inflow.ahead.capacity(), 0);
        take(&mut inflow, &mut socket, 1);
        assert_eq!(inflow.ahead.capacity(), 0, "nor for the end");
    }

    /// The fault: two connections of one thread read into the same room.
    #[test]
    fn what_lies_in_one_s_room_is_not_another_s() {
        let (mut one, mut other) = (Inflow::default(), Inflow::default());
        let (mut to_one, mut to_other) = (&b"ab"[..], &b"cd"[..]);
        assert_eq!(take(&mut one, &mut to_one, 1), b"a");
        assert_eq!(take(&mut other, &mut to_other, 2), b"cd");
        assert_eq!(take(&mut one, &mut to_one, 2), b"b");
    }
}
