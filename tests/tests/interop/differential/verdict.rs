//! What a peer makes of a conversation.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value as Json;
use tokio::net::TcpStream;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;

use crate::support::in_time;

/// What became of a conversation at one peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It went through: what was seen, and what was answered.
    Accepted {
        /// The arguments of `see`, in canonical form.
        seen: String,
        /// The answers to pulls, in no order.
        answers: Vec<String>,
    },
    /// The session ended.
    Aborted {
        /// With an error of this class.
        class: String,
        /// With this text.
        text: String,
    },
}

/// Has a conversation with the peer at `url`.
pub(super) async fn verdict(url: &str, messages: &[String]) -> Verdict {
    in_time(async {
        let address = url.trim_start_matches("ws://").trim_end_matches('/');
        let stream = TcpStream::connect(address)
            .await
            .expect("the peer is there");
        stream.set_nodelay(true).expect("the peer is there");
        let (mut socket, _) = client_async(url, stream)
            .await
            .expect("it speaks WebSocket");
        // A push that cannot be read ends the session, so that all others count.
        let pushes = messages.iter().filter(|message| is_push(message)).count();
        let end = pushes + 1;
        let last = [
            r#"["push",["pipeline",0,["done"],[]]]"#.to_owned(),
            format!(r#"["pull",{end}]"#),
        ];
        for message in messages.iter().chain(&last) {
            // The peer may have closed already; what it has said is read all the same.
            if socket.send(Message::text(message.clone())).await.is_err() {
                break;
            }
        }
        let mut answers = Vec::new();
        let mut aborted = None;
        loop {
            match socket.next().await {
                Some(Ok(Message::Text(text))) => {
                    let message = read(&text);
                    if message[0] == "abort" {
                        aborted = Some(error_of(&message[1]));
                    } else if message[0] == "resolve" && message[1] == end {
                        let seen = message[2].as_str().unwrap_or_default().to_owned();
                        answers.sort();
                        return Verdict::Accepted { seen, answers };
                    } else if is_answer(&message) {
                        answers.push(text.as_str().to_owned());
                    }
                }
                Some(Ok(Message::Close(frame))) => {
                    let reason = frame.map_or(String::new(), |frame| frame.reason.to_string());
                    let (class, text) = aborted.unwrap_or(("closed".to_owned(), reason));
                    return Verdict::Aborted { class, text };
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => {
                    let (class, text) = aborted.unwrap_or(("gone".to_owned(), String::new()));
                    return Verdict::Aborted { class, text };
                }
            }
        }
    })
    .await
}

/// Reads a message. JavaScript cuts texts in the middle of a character, and says so in JSON.
fn read(text: &str) -> Json {
    serde_json::from_str(text)
        .or_else(|_| serde_json::from_str(&text.replace("\\ud", "\\u00d")))
        .expect("peers send JSON")
}

/// What is no push to the letter, and not far from it, ends the session.
fn is_push(message: &str) -> bool {
    message.starts_with(r#"["push","#)
}

/// What a peer answers unasked is for its own exports, which are its own matter (B-3).
fn is_answer(message: &Json) -> bool {
    let asked = message[1].as_i64().is_some_and(|id| id >= 0);
    asked && (message[0] == "resolve" || message[0] == "reject")
}

/// Reads the class and the text out of an error's expression.
fn error_of(error: &Json) -> (String, String) {
    let part = |index: usize| error[index].as_str().unwrap_or_default().to_owned();
    (part(1), part(2))
}
