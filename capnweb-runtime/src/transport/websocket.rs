//! The WebSocket transport: one text message is one message (protocol T-10).

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

use super::duplex::{FrameSink, FrameSource};
use crate::error::{Disconnect, Violation};
use crate::limits::Limits;

/// The close code of every session that ends (protocol T-13).
const SESSION_ENDED: u16 = 3000;

/// The code that stands for a connection that just ended.
const ABNORMAL: u16 = 1006;

/// The code that stands for a close without a code.
const NO_STATUS: u16 = 1005;

/// What fits into a close frame, in bytes of UTF-8.
const MAX_REASON: usize = 123;

/// The reading half.
pub(crate) struct WebSocketSource<S> {
    stream: SplitStream<WebSocketStream<S>>,
    max_frame_bytes: usize,
}

/// The writing half.
pub(crate) struct WebSocketSink<S> {
    sink: SplitSink<WebSocketStream<S>, Message>,
}

/// Splits a socket whose handshake is done.
pub(crate) fn split<S: AsyncRead + AsyncWrite + Unpin>(
    socket: WebSocketStream<S>,
    limits: &Limits,
) -> (WebSocketSource<S>, WebSocketSink<S>) {
    let (sink, stream) = socket.split();
    let source = WebSocketSource {
        stream,
        max_frame_bytes: limits.max_frame_bytes,
    };
    (source, WebSocketSink { sink })
}

/// Returns the socket's own limits. The read buffer is kept small: the default would cost 128 KiB
/// for every idle connection.
pub(crate) fn config(limits: &Limits) -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(8 * 1024)
        .max_message_size(Some(limits.max_frame_bytes))
        .max_frame_size(Some(limits.max_frame_bytes))
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> FrameSource for WebSocketSource<S> {
    type Frame = Utf8Bytes;

    async fn receive(&mut self) -> Result<Utf8Bytes, Disconnect> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => return Ok(text),
                Some(Ok(Message::Binary(_))) => return Err(Violation::BinaryMessage.into()),
                Some(Ok(Message::Close(frame))) => return Err(closed(frame)),
                // Pings are answered by the socket itself.
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Err(error)) => return Err(self.failed(error)),
                None => return Err(gone()),
            }
        }
    }
}

impl<S> WebSocketSource<S> {
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

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> FrameSink for WebSocketSink<S> {
    async fn send(&mut self, frames: VecDeque<String>) -> Result<(), Disconnect> {
        for frame in frames {
            self.sink.feed(Message::text(frame)).await.map_err(failed)?;
        }
        self.sink.flush().await.map_err(failed)
    }

    async fn ping(&mut self) -> Result<(), Disconnect> {
        let ping = Message::Ping(Bytes::new());
        self.sink.send(ping).await.map_err(failed)
    }

    async fn close(&mut self, reason: &Disconnect) {
        let frame = CloseFrame {
            code: close_code(reason),
            reason: Utf8Bytes::from(truncated(&reason.to_string())),
        };
        // The peer may be gone already; there is nobody left to tell.
        drop(self.sink.send(Message::Close(Some(frame))).await);
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
    use std::collections::VecDeque;
    use std::pin::Pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Poll};

    use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf, duplex};
    use tokio_tungstenite::WebSocketStream;
    use tokio_tungstenite::tungstenite::protocol::Role;

    use super::{FrameSink as _, FrameSource as _, Limits, MAX_REASON, config, split, truncated};

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
        let near = WebSocketStream::from_raw_socket(near, Role::Client, Some(config(&limits)));
        let far = WebSocketStream::from_raw_socket(far, Role::Server, Some(config(&limits)));
        let (_source, mut sink) = split(near.await, &limits);
        let (mut source, _sink) = split(far.await, &limits);
        let frames: VecDeque<String> = (0..100).map(|n| format!("message {n}")).collect();
        sink.send(frames.clone()).await.unwrap();
        for frame in frames {
            assert_eq!(source.receive().await.unwrap().as_str(), frame);
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
