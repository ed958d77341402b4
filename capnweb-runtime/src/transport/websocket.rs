//! The WebSocket transport: one text message is one message (protocol T-10).

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

use super::duplex::Transport;
use super::outflow::{Masks, Outflow};
use crate::error::{Disconnect, Violation};
use crate::limits::Limits;
use crate::session::Frames;

/// The close code of every session that ends (protocol T-13).
const SESSION_ENDED: u16 = 3000;

/// The code that stands for a connection that just ended.
const ABNORMAL: u16 = 1006;

/// The code that stands for a close without a code.
const NO_STATUS: u16 = 1005;

/// What fits into a close frame, in bytes of UTF-8.
const MAX_REASON: usize = 123;

/// How many bytes the stream reads at once. It keeps room for as many as long as it lives, and more
/// would not save it anything, as the system is asked for more ([`Outflow`]).
const READ: usize = 1024;

/// How many bytes of the socket's own frames wait for room, beside those that go out.
const MAX_OWN: usize = 1024;

/// A socket whose handshake is done.
pub(crate) struct WebSocket<S> {
    stream: WebSocketStream<Outflow<S>>,
    max_frame_bytes: usize,
    ping: Word,
    goodbye: Word,
}

/// Whether a message that is the socket's business has been said.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Due,
    Said,
}

/// Returns the socket's own limits. What waits to be written is kept small: a peer that sends pings and does not
/// read is owed the last pong, and not all of them.
pub(crate) fn config(limits: &Limits) -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ)
        .write_buffer_size(0)
        .max_write_buffer_size(MAX_OWN)
        .max_message_size(Some(limits.max_frame_bytes))
        .max_frame_size(Some(limits.max_frame_bytes))
}

impl<S: AsyncRead + AsyncWrite + Unpin> WebSocket<S> {
    /// Takes a socket on which a server has agreed to speak WebSocket.
    pub(crate) async fn server(socket: S, limits: &Limits) -> Self {
        let (socket, config) = (Outflow::new(socket), Some(config(limits)));
        let stream = WebSocketStream::from_raw_socket(socket, Role::Server, config);
        Self::new(stream.await, Masks::None, limits)
    }

    /// Takes a socket on which a client has been agreed to speak WebSocket, as [`config`] says.
    pub(crate) fn client(stream: WebSocketStream<Outflow<S>>, limits: &Limits) -> Self {
        Self::new(stream, Masks::random(), limits)
    }

    fn new(mut stream: WebSocketStream<Outflow<S>>, masks: Masks, limits: &Limits) -> Self {
        stream.get_mut().begin_frames(masks);
        Self {
            stream,
            max_frame_bytes: limits.max_frame_bytes,
            ping: Word::Said,
            goodbye: Word::Due,
        }
    }

    /// Gives the stream a message of its own business, once nothing else waits in it: it has room
    /// for few.
    fn poll_feed(
        &mut self,
        message: impl FnOnce() -> Message,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), Error>> {
        ready!(self.stream.poll_flush_unpin(context))?;
        Poll::Ready(self.stream.start_send_unpin(message()))
    }

    /// Writes what was given to the stream, and what lies beside that.
    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        ready!(self.stream.poll_flush_unpin(context))?;
        // A stream that has answered the peer's last frame is closed, and does not flush any more
        // what it has written that into.
        Pin::new(self.stream.get_mut())
            .poll_flush(context)
            .map_err(Error::from)
    }

    /// Puts as many messages as are written together beside what the stream has to say.
    fn push(&mut self, frames: &mut Frames) {
        let outflow = self.stream.get_mut();
        while !outflow.is_full()
            && let Some(frame) = frames.pop_front()
        {
            outflow.push(frame.as_bytes());
        }
    }

    fn failed(&self, error: Error) -> Disconnect {
        match error {
            Error::Capacity(_) => Violation::FrameTooLarge {
                limit: self.max_frame_bytes,
            }
            .into(),
            Error::Utf8(_) => Violation::NotUtf8.into(),
            error => failed(error),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Transport for WebSocket<S> {
    type Frame = Utf8Bytes;

    fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<Result<Utf8Bytes, Disconnect>> {
        loop {
            return Poll::Ready(match ready!(self.stream.poll_next_unpin(context)) {
                Some(Ok(Message::Text(text))) => Ok(text),
                Some(Ok(Message::Binary(_))) => Err(Violation::BinaryMessage.into()),
                Some(Ok(Message::Close(frame))) => Err(closed(frame)),
                // Pings are answered by the socket itself.
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
                Some(Err(error)) => Err(self.failed(error)),
                None => Err(gone()),
            });
        }
    }

    fn poll_send(
        &mut self,
        frames: &mut Frames,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), Disconnect>> {
        loop {
            self.push(frames);
            if self.ping == Word::Due {
                let ping = || Message::Ping(Bytes::new());
                ready!(self.poll_feed(ping, context)).map_err(failed)?;
                self.ping = Word::Said;
            }
            ready!(self.poll_flush(context)).map_err(failed)?;
            if frames.is_empty() {
                return Poll::Ready(Ok(()));
            }
        }
    }

    fn take_back(&mut self) -> Vec<String> {
        self.stream.get_mut().take_back()
    }

    fn ping(&mut self) {
        self.ping = Word::Due;
    }

    fn poll_close(&mut self, reason: &Disconnect, context: &mut Context<'_>) -> Poll<()> {
        if self.goodbye == Word::Due {
            let frame = || Message::Close(Some(close_frame(reason)));
            // A peer that has said the same before is owed the answer, which the stream has.
            let _told = ready!(self.poll_feed(frame, context)).is_ok();
            self.goodbye = Word::Said;
        }
        self.poll_flush(context).map(drop)
    }
}

fn close_frame(reason: &Disconnect) -> CloseFrame {
    CloseFrame {
        code: close_code(reason),
        reason: Utf8Bytes::from(truncated(&reason.to_string())),
    }
}

/// Text that is none has a code of its own in RFC 6455; everything else is the session's matter.
fn close_code(reason: &Disconnect) -> CloseCode {
    match reason {
        Disconnect::Violation(violation) if matches!(**violation, Violation::NotUtf8) => {
            CloseCode::Invalid
        }
        _ => CloseCode::from(SESSION_ENDED),
    }
}

fn closed(frame: Option<CloseFrame>) -> Disconnect {
    match frame {
        Some(frame) => Disconnect::ClosedByPeer {
            code: frame.code.into(),
            reason: frame.reason.as_str().into(),
        },
        None => Disconnect::ClosedByPeer {
            code: NO_STATUS,
            reason: "".into(),
        },
    }
}

fn gone() -> Disconnect {
    Disconnect::ClosedByPeer {
        code: ABNORMAL,
        reason: "".into(),
    }
}

fn failed(error: Error) -> Disconnect {
    match error {
        Error::ConnectionClosed | Error::AlreadyClosed | Error::Protocol(_) => gone(),
        Error::Io(error) => Disconnect::Transport(Arc::new(error)),
        error => Disconnect::Transport(Arc::new(io::Error::other(error))),
    }
}

/// Cuts a reason to what a close frame holds, on a character boundary.
fn truncated(reason: &str) -> &str {
    reason
        .get(..reason.floor_char_boundary(MAX_REASON))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::Pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Poll};

    use tokio::io::{
        AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream, ReadBuf, duplex,
    };
    use tokio_tungstenite::WebSocketStream;
    use tokio_tungstenite::tungstenite::protocol::Role;

    use super::{
        Frames, Limits, MAX_REASON, Outflow, Transport as _, WebSocket, config, truncated,
    };

    /// Counts how often it is written to.
    struct Counted(DuplexStream, Arc<AtomicUsize>);

    impl AsyncRead for Counted {
        fn poll_read(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<std::io::Result<()>> {
            Pin::new(&mut self.0).poll_read(context, buffer)
        }
    }

    impl AsyncWrite for Counted {
        fn poll_write(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<std::io::Result<usize>> {
            self.1.fetch_add(1, Ordering::SeqCst);
            Pin::new(&mut self.0).poll_write(context, bytes)
        }

        fn poll_flush(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<std::io::Result<()>> {
            Pin::new(&mut self.0).poll_flush(context)
        }

        fn poll_shutdown(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<std::io::Result<()>> {
            Pin::new(&mut self.0).poll_shutdown(context)
        }
    }

    /// The fault: a system call for each message of a pipeline.
    #[tokio::test]
    async fn messages_that_are_ready_together_leave_in_one_write() {
        let limits = Limits::default();
        let writes = Arc::new(AtomicUsize::new(0));
        let (near, far) = duplex(64 * 1024);
        let near = Counted(near, Arc::clone(&writes));
        let near = Outflow::new(near);
        let near = WebSocketStream::from_raw_socket(near, Role::Client, Some(config(&limits)));
        let mut near = WebSocket::client(near.await, &limits);
        let mut far = WebSocket::server(far, &limits).await;
        let messages: Vec<String> = (0..100).map(|n| format!("message {n}")).collect();
        let mut frames: Frames = messages
            .iter()
            .map(|message| message.as_str().into())
            .collect();
        poll_fn(|context| near.poll_send(&mut frames, context))
            .await
            .unwrap();
        for message in messages {
            let received = poll_fn(|context| far.poll_receive(context)).await;
            assert_eq!(received.unwrap().as_str(), message);
        }
        assert_eq!(writes.load(Ordering::SeqCst), 1);
    }

    /// A server, and the bare socket of its client.
    async fn server_and_bare_client(room: usize) -> (WebSocket<DuplexStream>, DuplexStream) {
        let (near, far) = duplex(room);
        (WebSocket::server(near, &Limits::default()).await, far)
    }

    /// A masked frame of less than 126 bytes, with a mask that changes nothing.
    fn frame(first: u8, content: &[u8]) -> Vec<u8> {
        let length = 0x80 | u8::try_from(content.len()).unwrap();
        [&[first, length, 0, 0, 0, 0], content].concat()
    }

    /// RFC 6455, 5.5.1. The fault: a browser that closes a connection is told that it broke (1006).
    #[tokio::test]
    async fn a_close_frame_of_the_peer_is_answered() {
        let (mut near, mut far) = server_and_bare_client(1024).await;
        far.write_all(&frame(0x88, b"\x03\xe8bye")).await.unwrap();
        let reason = poll_fn(|context| near.poll_receive(context)).await;
        let reason = reason.expect_err("it was closed");
        poll_fn(|context| near.poll_close(&reason, context)).await;
        drop(near);
        let mut answer = Vec::new();
        far.read_to_end(&mut answer).await.unwrap();
        assert_eq!(answer, b"\x88\x05\x03\xe8bye");
    }

    /// The fault: a peer that sends pings and does not read has this side remember every pong, and
    /// what it is asked itself is then too much.
    #[tokio::test]
    async fn pings_of_a_peer_that_does_not_read_do_not_pile_up() {
        let (mut near, mut far) = server_and_bare_client(1024).await;
        let pings = 20_000;
        let flood = async {
            for _ in 0..pings {
                far.write_all(&frame(0x89, &[b'x'; 125])).await.unwrap();
            }
            far
        };
        let listen = poll_fn(|context| near.poll_receive(context).map(drop));
        let mut far = tokio::select! {
            far = flood => far,
            () = listen => panic!("a ping is no message"),
        };
        near.ping();
        let mut heard = Vec::new();
        let say = async move {
            let mut none = Frames::new();
            poll_fn(|context| near.poll_send(&mut none, context)).await
        };
        let (said, read) = tokio::join!(tokio::spawn(say), far.read_to_end(&mut heard));
        said.unwrap().unwrap();
        read.unwrap();
        assert!(heard.ends_with(&[0x89, 0]), "the ping of this side");
        assert!(heard.len() < 100_000, "{}", heard.len());
    }

    /// The fault: empty parts of a message are read as long as there are any, and hold up every other
    /// session of the thread.
    #[tokio::test]
    async fn parts_of_a_message_are_read_in_turns() {
        let (mut near, mut far) = server_and_bare_client(1024 * 1024).await;
        let parts = frame(0x00, b"").repeat(100_000);
        let message = [frame(0x01, b"x"), parts, frame(0x80, b"")].concat();
        far.write_all(&message).await.unwrap();
        let mut turns = 0;
        let received = poll_fn(|context| {
            turns += 1;
            near.poll_receive(context)
        });
        assert_eq!(received.await.unwrap().as_str(), "x");
        assert!(turns >= 10, "{turns}");
    }

    /// T-13: a reason of two-byte characters is cut to 122 bytes, never inside one.
    #[test]
    fn a_reason_is_cut_between_characters() {
        assert_eq!(truncated(&"é".repeat(100)).len(), 122);
        assert_eq!(truncated(&"x".repeat(200)).len(), MAX_REASON);
        assert_eq!(truncated("short"), "short");
    }
}
