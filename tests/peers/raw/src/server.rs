//! A server that answers by the length of what it hears, and by its first byte.

use futures_util::{FutureExt as _, SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, accept_async_with_config};

use crate::client::chunk;

pub(crate) async fn serve() {
    let listener = load::listening().await;
    let chunk: Utf8Bytes = chunk().into();
    while let Ok((socket, _)) = listener.accept().await {
        socket.set_nodelay(true).expect("it is TCP");
        drop(tokio::spawn(attend(socket, chunk.clone())));
    }
}

async fn attend(socket: TcpStream, chunk: Utf8Bytes) {
    let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER);
    let Ok(mut socket) = accept_async_with_config(socket, Some(config)).await else {
        return;
    };
    let mut frames = 0_u64;
    while let Some(Ok(message)) = socket.next().await {
        let mut ready = Some(message);
        while let Some(message) = ready {
            frames += 1;
            if let Some(answer) = answer(&message, frames, &chunk)
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

fn answer(message: &Message, frames: u64, chunk: &Utf8Bytes) -> Option<Message> {
    let Message::Text(text) = message else {
        return None;
    };
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

/// Longer than any frame of a call.
const LONG: usize = 1024;

/// As tungstenite has it unless it is told otherwise.
const READ_BUFFER: usize = 128 * 1024;
