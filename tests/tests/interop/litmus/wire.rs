//! One connection, on which messages are what the player says.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

/// A WebSocket, and how many ids its sender has used.
pub(crate) struct Wire {
    socket: WebSocketStream<TcpStream>,
    patience: Duration,
    pushed: i64,
}

/// What is heard.
#[derive(Debug)]
pub(crate) enum Heard {
    Message {
        text: String,
        value: Value,
    },
    /// The connection is over, with a code if its end was said.
    Ended(Option<u16>),
}

impl Wire {
    /// Connects to a `ws://host:port/path`.
    pub(crate) async fn open(url: &str, patience: Duration) -> Result<Self, String> {
        let failed = |error: &dyn std::fmt::Display| format!("no connection to {url}: {error}");
        let rest = url.trim_start_matches("ws://");
        let address = rest.split('/').next().unwrap_or(rest);
        let stream = TcpStream::connect(address)
            .await
            .map_err(|error| failed(&error))?;
        let connected = client_async(url, stream).await;
        let (socket, _) = connected.map_err(|error| failed(&error))?;
        Ok(Self {
            socket,
            patience,
            pushed: 0,
        })
    }

    /// Sends a message. One that is gone takes everything.
    pub(crate) async fn send(&mut self, text: &str) {
        let counted = ["[\"push\"", "[\"stream\"", "[\"pipe\""];
        if counted.iter().any(|begin| text.starts_with(begin)) {
            self.pushed += 1;
        }
        drop(self.socket.send(Message::text(text)).await);
    }

    /// Sends a `push`; returns its id.
    pub(crate) async fn push(&mut self, expression: &Value) -> i64 {
        self.send(&format!("[\"push\",{expression}]")).await;
        self.pushed
    }

    /// Waits for the next message, or the end.
    pub(crate) async fn hear(&mut self) -> Result<Heard, String> {
        loop {
            let next = timeout(self.patience, self.socket.next()).await;
            match next.map_err(|_| "nothing was heard for too long".to_owned())? {
                Some(Ok(Message::Text(text))) => {
                    let text = text.as_str().to_owned();
                    let value = serde_json::from_str(&text);
                    let value = value.map_err(|error| format!("{text} is no JSON: {error}"))?;
                    return Ok(Heard::Message { text, value });
                }
                Some(Ok(Message::Close(frame))) => {
                    return Ok(Heard::Ended(frame.map(|frame| frame.code.into())));
                }
                Some(Err(_)) | None => return Ok(Heard::Ended(None)),
                Some(Ok(_)) => {}
            }
        }
    }

    /// Waits for the next message that is no `release`.
    pub(crate) async fn hear_more(&mut self) -> Result<(String, Value), String> {
        loop {
            match self.hear().await? {
                Heard::Message { value, .. } if is_release(&value) => {}
                Heard::Message { text, value } => return Ok((text, value)),
                Heard::Ended(_) => return Err("the connection ended".to_owned()),
            }
        }
    }
}

fn is_release(message: &Value) -> bool {
    message.get(0).is_some_and(|tag| tag == "release")
}
