//! What goes out over a WebSocket: messages, beside the frames with which the socket answers by
//! itself.

use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::BufMut as _;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::inflow::Inflow;

/// A socket under a WebSocket, to which whole text frames can be added.
///
/// The WebSocket above reads frames, and writes those of its own: pings, pongs and the last one.
/// Messages go past it into the same buffer, each as one frame, because a WebSocket that is general
/// takes hundreds of instructions for what is a few bytes before a text. It never has a frame taken
/// half, so that nothing comes to lie inside another.
pub(crate) struct Outflow<S> {
    socket: S,
    inflow: Inflow,
    buffer: Vec<u8>,
    /// How much of it the socket has taken.
    written: usize,
    state: State,
}

/// What is written.
enum State {
    /// The handshake, as it comes.
    Handshake,
    /// Frames.
    Frames(Masks),
}

/// What the frames of a client are masked with, and those of a server are not (RFC 6455, 5.3).
pub(super) enum Masks {
    None,
    /// Nobody who knows some of them can tell the next one: it is what a keyed hash makes of its
    /// number, by a key that nobody knows.
    Random {
        key: RandomState,
        next: u64,
    },
}

impl<S> Outflow<S> {
    /// Lets a handshake pass.
    pub(crate) fn new(socket: S) -> Self {
        Self {
            socket,
            inflow: Inflow::default(),
            buffer: Vec::new(),
            written: 0,
            state: State::Handshake,
        }
    }

    /// Writes frames from now on.
    pub(super) fn begin_frames(&mut self, masks: Masks) {
        self.state = State::Frames(masks);
    }

    /// Adds a text. It is written when this is flushed.
    pub(super) fn push(&mut self, text: &[u8]) {
        let mask = match &mut self.state {
            State::Frames(masks) => masks.next(),
            State::Handshake => None,
        };
        self.buffer.reserve(MAX_HEADER.saturating_add(text.len()));
        self.buffer.put_u8(FINAL_TEXT);
        put_length(&mut self.buffer, text.len(), mask.is_some());
        match mask {
            None => self.buffer.extend_from_slice(text),
            Some(mask) => put_masked(&mut self.buffer, text, mask),
        }
    }

    /// Takes the texts back out of what is to be written of which the socket has taken nothing.
    pub(super) fn take_back(&mut self) -> Vec<String> {
        let mut taken = Vec::new();
        let mut kept = Vec::with_capacity(self.buffer.len());
        let mut rest = &self.buffer[..];
        while let Some((frame, after)) = first_frame(rest) {
            if kept_or_begun(frame, kept.len() < self.written) {
                kept.extend_from_slice(frame);
            } else {
                taken.push(text_of(frame));
            }
            rest = after;
        }
        kept.extend_from_slice(rest);
        self.buffer = kept;
        taken
    }

    /// Returns whether this much is to be flushed before more is added.
    pub(super) fn is_full(&self) -> bool {
        self.buffer.len() >= FULL
    }
}

impl<S: AsyncWrite + Unpin> Outflow<S> {
    /// Writes all that was added.
    fn poll_drain(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.buffer.is_empty() {
            return Poll::Ready(Ok(()));
        }
        while let Some(rest @ [_, ..]) = self.buffer.get(self.written..) {
            match ready!(Pin::new(&mut self.socket).poll_write(context, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => self.written = self.written.saturating_add(written),
            }
        }
        if self.buffer.capacity() > FEW && self.written < FEW {
            self.buffer = Vec::new();
        }
        self.buffer.clear();
        self.written = 0;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Outflow<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        this.inflow.poll_read(&mut this.socket, context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Outflow<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if let State::Handshake = self.state {
            return Pin::new(&mut self.socket).poll_write(context, bytes);
        }
        // Whole, or not at all. A peer that asks for many signs of life and reads none of them is
        // told no more of them than there is room for.
        if self.is_full() {
            ready!(self.poll_drain(context))?;
        }
        self.buffer.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_drain(context))?;
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_drain(context))?;
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}

impl Masks {
    /// Starts anew, for a client.
    pub(super) fn random() -> Self {
        Self::Random {
            key: RandomState::new(),
            next: 0,
        }
    }

    fn next(&mut self) -> Option<[u8; 4]> {
        let Self::Random { key, next } = self else {
            return None;
        };
        *next = next.wrapping_add(1);
        let [a, b, c, d, ..] = key.hash_one(*next).to_ne_bytes();
        Some([a, b, c, d])
    }
}

/// Writes how long a frame is, in as few bytes as can be.
fn put_length(buffer: &mut Vec<u8>, length: usize, is_masked: bool) {
    let masked = if is_masked { MASKED } else { 0 };
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length), _) if length < LENGTH_IN_TWO => buffer.put_u8(masked | length),
        (_, Ok(length)) => {
            buffer.put_u8(masked | LENGTH_IN_TWO);
            buffer.put_u16(length);
        }
        _ => {
            buffer.put_u8(masked | LENGTH_IN_EIGHT);
            buffer.put_u64(u64::try_from(length).unwrap_or(u64::MAX));
        }
    }
}

/// Writes a mask, and what it masks.
fn put_masked(buffer: &mut Vec<u8>, text: &[u8], mask: [u8; 4]) {
    buffer.extend_from_slice(&mask);
    let start = buffer.len();
    buffer.extend_from_slice(text);
    let (_, masked) = buffer.split_at_mut(start);
    let [a, b, c, d] = mask;
    let wide = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let (words, rest) = masked.as_chunks_mut();
    for word in words {
        *word = (u64::from_ne_bytes(*word) ^ wide).to_ne_bytes();
    }
    for (byte, mask) in rest.iter_mut().zip(mask.into_iter().cycle()) {
        *byte ^= mask;
    }
}

/// Returns whether a frame stays: one that is begun, or the socket's own.
fn kept_or_begun(frame: &[u8], is_begun: bool) -> bool {
    is_begun || frame.first() != Some(&FINAL_TEXT)
}

/// Splits off the first frame.
fn first_frame(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (header, length) = header_of(bytes)?;
    bytes.split_at_checked(header.checked_add(length)?)
}

/// Returns how long the first frame's header is, mask included, and its content.
fn header_of(bytes: &[u8]) -> Option<(usize, usize)> {
    let second = *bytes.get(1)?;
    let mask = if second & MASKED == 0 { 0 } else { 4 };
    let (header, length): (usize, usize) = match second & !MASKED {
        LENGTH_IN_TWO => {
            let length = bytes.get(2..4)?.try_into().ok()?;
            (4, usize::from(u16::from_be_bytes(length)))
        }
        LENGTH_IN_EIGHT => {
            let length = bytes.get(2..10)?.try_into().ok()?;
            (10, usize::try_from(u64::from_be_bytes(length)).ok()?)
        }
        length => (2, usize::from(length)),
    };
    Some((header.checked_add(mask)?, length))
}

/// Returns the text that was made into a frame.
fn text_of(frame: &[u8]) -> String {
    let Some((header, _)) = header_of(frame) else {
        return String::new();
    };
    let (head, content) = frame.split_at_checked(header).unwrap_or_default();
    let mask = match head.get(1) {
        Some(second) if second & MASKED != 0 => head.last_chunk().copied().unwrap_or_default(),
        _ => [0; 4],
    };
    let bytes = content.iter().zip(mask.into_iter().cycle());
    let bytes = bytes.map(|(byte, mask): (&u8, u8)| byte ^ mask).collect();
    // Made of a text, and of nothing else.
    String::from_utf8(bytes).unwrap_or_default()
}

/// The first byte of a text that is a message by itself.
const FINAL_TEXT: u8 = 0x81;

/// The bit that says that a mask follows.
const MASKED: u8 = 0x80;

/// What stands for a length in the next two bytes, and in the next eight.
const LENGTH_IN_TWO: u8 = 126;
const LENGTH_IN_EIGHT: u8 = 127;

/// How many bytes there are before a text, at most.
const MAX_HEADER: usize = 14;

/// How many bytes are written together.
const FULL: usize = 64 * 1024;

/// For how many bytes room is kept while no more are written together.
const FEW: usize = 2 * 1024;

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::Pin;
    use std::task::Context;

    use futures_util::StreamExt as _;
    use tokio::io::{AsyncRead as _, AsyncReadExt as _, AsyncWrite as _, ReadBuf, duplex};
    use tokio_tungstenite::WebSocketStream;
    use tokio_tungstenite::tungstenite::Message;
    use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

    use super::{FULL, Masks, Outflow};

    /// Lengths around those where their own length changes.
    const LENGTHS: [usize; 9] = [0, 1, 7, 125, 126, 127, 65_535, 65_536, 100_003];

    async fn arrive_whole(masks: Masks, reader: Role) {
        let (near, far) = duplex(1024 * 1024);
        let mut near = Outflow::new(near);
        near.begin_frames(masks);
        let texts = LENGTHS.map(|length| "héx".chars().cycle().take(length).collect::<String>());
        for text in &texts {
            near.push(text.as_bytes());
        }
        poll_fn(|context| Pin::new(&mut near).poll_flush(context))
            .await
            .unwrap();
        let mut far = WebSocketStream::from_raw_socket(far, reader, None).await;
        for text in texts {
            assert_eq!(far.next().await.unwrap().unwrap(), Message::text(text));
        }
    }

    /// The fault: a header that another WebSocket reads otherwise, or a mask that does not fit.
    #[tokio::test]
    async fn frames_of_any_length_are_read_by_another_websocket() {
        arrive_whole(Masks::None, Role::Client).await;
        arrive_whole(Masks::random(), Role::Server).await;
    }

    /// A peer that knows the masks of what it was sent could tell what a proxy on the way will see.
    #[test]
    fn masks_differ_from_frame_to_frame_and_from_one_connection_to_another() {
        let draw = |mut masks: Masks| std::iter::from_fn(move || masks.next()).take(100);
        let mut drawn: Vec<_> = draw(Masks::random()).chain(draw(Masks::random())).collect();
        drawn.sort_unstable();
        drawn.dedup();
        assert!(drawn.len() > 190, "{}", drawn.len());
    }

    /// A peer that sends pings and does not read would have this side remember every pong.
    #[tokio::test]
    async fn what_the_websocket_says_itself_has_bounds() {
        let (near, mut far) = duplex(16);
        let mut near = Outflow::new(near);
        near.begin_frames(Masks::None);
        let mut context = Context::from_waker(std::task::Waker::noop());
        let pong = [0; 127];
        let taken = (0..FULL)
            .take_while(|_| {
                Pin::new(&mut near)
                    .poll_write(&mut context, &pong)
                    .is_ready()
            })
            .count();
        assert!(
            (FULL / pong.len()..=FULL / pong.len() + 1).contains(&taken),
            "{taken}"
        );
        assert!(far.read_u8().await.is_ok());
        let mut buffer = [0; 16];
        let mut buffer = ReadBuf::new(&mut buffer);
        assert!(
            Pin::new(&mut near)
                .poll_read(&mut context, &mut buffer)
                .is_pending()
        );
    }

    async fn taken_back_at(masks: Masks, reader: Role, room: usize) -> (Vec<String>, Vec<String>) {
        let (near, far) = duplex(room);
        let mut near = Outflow::new(near);
        near.begin_frames(masks);
        let texts = LENGTHS.map(|length| "héx".chars().cycle().take(length).collect::<String>());
        let mut context = Context::from_waker(std::task::Waker::noop());
        for (number, text) in texts.iter().enumerate() {
            near.push(text.as_bytes());
            // The WebSocket's own word, between them.
            let pong = [0x8a, 1, u8::try_from(number).unwrap()];
            let pong = Pin::new(&mut near).poll_write(&mut context, &pong);
            assert!(pong.is_ready() || number >= 6, "there is room for it");
        }
        let _begun = Pin::new(&mut near).poll_flush(&mut context);
        let back = near.take_back();
        let flushing = tokio::spawn(async move {
            poll_fn(|context| Pin::new(&mut near).poll_flush(context))
                .await
                .unwrap();
            drop(near);
        });
        let config = WebSocketConfig::default().accept_unmasked_frames(true);
        let mut far = WebSocketStream::from_raw_socket(far, reader, Some(config)).await;
        let mut arrived = Vec::new();
        while let Some(Ok(message)) = far.next().await {
            if let Message::Text(text) = message {
                arrived.push(text.to_string());
            }
        }
        flushing.await.unwrap();
        (arrived, back)
    }

    /// The fault: a message of which a part was written is said not to have been sent, one of which
    /// nothing was is sent all the same, or what is left cannot be read.
    #[tokio::test]
    async fn what_is_taken_back_is_what_was_not_begun() {
        let texts = LENGTHS.map(|length| "héx".chars().cycle().take(length).collect::<String>());
        for (room, begun) in [(1, 1), (10, 2), (300, 5), (1_000, 7), (100_000, 8)] {
            for masks in [Masks::None, Masks::random()] {
                let reader = match masks {
                    Masks::None => Role::Client,
                    Masks::Random { .. } => Role::Server,
                };
                let (arrived, back) = taken_back_at(masks, reader, room).await;
                let all: Vec<_> = arrived.iter().chain(&back).cloned().collect();
                assert_eq!(all, texts, "{room}");
                assert_eq!(arrived.len(), begun, "{room}");
            }
        }
    }

    /// The room that a burst has taken would be kept by every session that was busy once.
    #[tokio::test]
    async fn room_for_much_is_not_kept() {
        let (near, _far) = duplex(1024 * 1024);
        let mut near = Outflow::new(near);
        near.begin_frames(Masks::None);
        for length in [FULL, 10] {
            near.push(&vec![b'x'; length]);
            poll_fn(|context| Pin::new(&mut near).poll_flush(context))
                .await
                .unwrap();
        }
        assert_eq!(near.buffer.capacity(), 0);
    }
}
