//! Peers that write their own JSON.

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async, client_async};

use super::server::in_time;

/// One end of a WebSocket that knows nothing of Cap'n Web.
pub(crate) struct RawPeer {
    socket: WebSocketStream<TcpStream>,
    pings: usize,
    asked: u32,
}

/// What a raw peer hears.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// A message.
    Text(String),
    /// The end: the close frame's code and reason.
    Closed(u16, String),
    /// The end, without a close frame.
    Gone,
}

/// A server of one raw peer.
pub(crate) struct RawServer {
    listener: TcpListener,
    pub(crate) url: String,
}

impl RawServer {
    pub(crate) async fn bind() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it has an address");
        let url = format!("ws://{address}/");
        Self { listener, url }
    }

    pub(crate) async fn accept(&self) -> RawPeer {
        let (stream, _) = in_time(self.listener.accept())
            .await
            .expect("somebody connects");
        let socket = accept_async(stream)
            .await
            .expect("it wants to speak WebSocket");
        RawPeer::over(socket)
    }
}

impl RawPeer {
    pub(crate) async fn connect(url: &str) -> Self {
        let address = url.trim_start_matches("ws://").trim_end_matches('/');
        let stream = TcpStream::connect(address)
            .await
            .expect("the server is there");
        let (socket, _) = client_async(url, stream)
            .await
            .expect("it speaks WebSocket");
        Self::over(socket)
    }

    const fn over(socket: WebSocketStream<TcpStream>) -> Self {
        Self {
            socket,
            pings: 0,
            asked: 0,
        }
    }

    pub(crate) async fn send(&mut self, text: &str) {
        self.send_message(Message::text(text)).await;
    }

    pub(crate) async fn send_message(&mut self, message: Message) {
        self.socket
            .send(message)
            .await
            .expect("the connection stands");
    }

    /// Waits for the next message, or for the end.
    pub(crate) async fn hear(&mut self) -> Heard {
        loop {
            match in_time(self.socket.next()).await {
                Some(Ok(Message::Text(text))) => return Heard::Text(text.as_str().to_owned()),
                Some(Ok(Message::Close(Some(frame)))) => {
                    return Heard::Closed(frame.code.into(), frame.reason.as_str().to_owned());
                }
                Some(Ok(Message::Close(None)) | Err(_)) | None => return Heard::Gone,
                Some(Ok(Message::Ping(_))) => self.pings += 1,
                Some(Ok(_)) => {}
            }
        }
    }

    /// Waits for the next message.
    pub(crate) async fn text(&mut self) -> String {
        match self.hear().await {
            Heard::Text(text) => text,
            end => panic!("a message was due, not {end:?}"),
        }
    }

    /// Calls, and asks for the result; returns the answer's tag and expression.
    pub(crate) async fn ask(&mut self, id: u32, expression: &str) -> String {
        self.asked = id;
        self.send(&format!(r#"["push",{expression}]"#)).await;
        self.send(&format!(r#"["pull",{id}]"#)).await;
        let answer = self.text().await;
        self.send(&format!(r#"["release",{id},1]"#)).await;
        let (before, after) = (
            format!(r#"["resolve",{id},"#),
            format!(r#"["reject",{id},"#),
        );
        match (answer.strip_prefix(&before), answer.strip_prefix(&after)) {
            (Some(value), _) => format!("resolve {}", value.trim_end_matches(']')),
            (_, Some(error)) => format!("reject {}", error.trim_end_matches(']')),
            _ => panic!("an answer was due, not {answer}"),
        }
    }

    /// Returns how many pings have come; reading answers them.
    pub(crate) const fn pings(&self) -> usize {
        self.pings
    }

    /// Waits for a ping, and answers it.
    pub(crate) async fn pinged(&mut self) {
        match in_time(self.socket.next()).await {
            Some(Ok(Message::Ping(_))) => self.pings += 1,
            other => panic!("a ping was due, not {other:?}"),
        }
        self.socket.flush().await.expect("the connection stands");
    }

    /// Makes a round trip, whatever was asked before.
    pub(crate) async fn ask_again(&mut self) {
        let id = self.asked + 1;
        self.ask(id, r#"["pipeline",0,["nothing"]]"#).await;
    }

    pub(crate) fn into_stream(self) -> TcpStream {
        self.socket.into_inner()
    }
}
