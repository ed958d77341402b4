//! The WebSocket transport: one text message is one message (protocol T-10).

use std::io;
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

/// Returns the socket's own limits. The read buffer is kept small: the default would cost 128 KiB
/// for every idle connection.
pub(crate) fn config(limits: &Limits) -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(8 * 1024)
        .write_buffer_size(0)
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

    /// Gives the stream a message of its own business, once it takes one.
    fn poll_feed(
        &mut self,
        message: impl FnOnce() -> Message,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), Error>> {
        ready!(self.stream.poll_ready_unpin(context))?;
        Poll::Ready(self.stream.start_send_unpin(message()))
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
            ready!(self.stream.poll_flush_unpin(context)).map_err(failed)?;
            if frames.is_empty() {
                return Poll::Ready(Ok(()));
            }
        }
    }

    fn ping(&mut self) {
        self.ping = Word::Due;
    }

    fn poll_close(&mut self, reason: &Disconnect, context: &mut Context<'_>) -> Poll<()> {
        if self.goodbye == Word::Due {
            let frame = || Message::Close(Some(close_frame(reason)));
            // The peer may be gone already; there is nobody left to tell.
            if ready!(self.poll_feed(frame, context)).is_err() {
                return Poll::Ready(());
            }
            self.goodbye = Word::Said;
        }
        self.stream.poll_flush_unpin(context).map(drop)
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

    use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf, duplex};
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

    /// T-13: a reason of two-byte characters is cut to 122 bytes, never inside one.
    #[test]
    fn a_reason_is_cut_between_characters() {
        assert_eq!(truncated(&"é".repeat(100)).len(), 122);
        assert_eq!(truncated(&"x".repeat(200)).len(), MAX_REASON);
        assert_eq!(truncated("short"), "short");
    }
}
