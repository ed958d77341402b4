//! A server that answers by the length of what it hears, and by its first byte; or, told to, what a
//! client of Cap'n Web pulls.

use futures_util::{FutureExt as _, SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, accept_async_with_config};

use crate::client::chunk;

/// Whom it answers.
#[derive(Clone)]
pub(crate) enum To {
    /// This program's client, which reads nothing, but for chunks like this one.
    Raw(Utf8Bytes),
    /// One of Cap'n Web, which squares the numbers from 0, and checks the results.
    CapnWeb,
}

pub(crate) async fn serve(to: To) {
    let listener = load::listening().await;
    while let Ok((socket, _)) = listener.accept().await {
        socket.set_nodelay(true).expect("it is TCP");
        drop(tokio::spawn(attend(socket, to.clone())));
    }
}

async fn attend(socket: TcpStream, to: To) {
    let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER);
    let Ok(mut socket) = accept_async_with_config(socket, Some(config)).await else {
        return;
    };
    let mut frames = 0_u64;
    while let Some(Ok(message)) = socket.next().await {
        let mut ready = Some(message);
        while let Some(message) = ready {
            frames += 1;
            if let Some(answer) = to.answer(&message, frames)
                && socket.feed(answer).await.is_err()
            {
                return;
            }
            ready = next_ready(&mut socket);
        }
        if socket.flush().await.is_err() {
            return;
        }
    }
}

/// Returns a message that has arrived already.
pub(crate) fn next_ready(socket: &mut WebSocketStream<TcpStream>) -> Option<Message> {
    socket.next().now_or_never()??.ok()
}

impl To {
    /// This program's client, and what it is sent of a stream.
    pub(crate) fn raw() -> Self {
        Self::Raw(chunk().into())
    }

    fn answer(&self, message: &Message, frames: u64) -> Option<Message> {
        let Message::Text(text) = message else {
            return None;
        };
        match self {
            Self::Raw(chunk) => answer_raw(text, frames, chunk),
            Self::CapnWeb => answer_pull(text),
        }
    }
}

fn answer_raw(text: &Utf8Bytes, frames: u64, chunk: &Utf8Bytes) -> Option<Message> {
    match text.as_bytes() {
        // A chunk to send.
        b"more" => Some(Message::Text(chunk.clone())),
        // A chunk that was sent.
        bytes if bytes.len() > LONG => Some(Message::text(r#"["resolve",12345,null]"#)),
        // A call: each third frame.
        _ if frames.is_multiple_of(3) => Some(Message::text(r#"["resolve",12345,152399025]"#)),
        _ => None,
    }
}

/// Answers a pull by its number alone, which is that of its call; nothing else is read.
fn answer_pull(text: &str) -> Option<Message> {
    let call = text.strip_prefix(r#"["pull","#)?.strip_suffix(']')?;
    let call: u64 = call.parse().ok()?;
    let number = call.checked_sub(1)? % SQUARES;
    let square = number * number;
    Some(Message::text(format!(r#"["resolve",{call},{square}]"#)))
}

/// The numbers that clients square are below.
const SQUARES: u64 = 1 << 20;

/// Longer than any frame of a call.
const LONG: usize = 1024;

/// As tungstenite has it unless it is told otherwise.
const READ_BUFFER: usize = 128 * 1024;
