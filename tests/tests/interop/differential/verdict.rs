//! What a peer makes of a conversation.

use std::collections::HashMap;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value as Json, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

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

/// A line of a conversation that is no message: what was asked for is waited for.
pub(super) const REST: &str = "~";

/// Has a conversation with the peer at `url`.
pub(super) async fn verdict(url: &str, messages: &[String]) -> Verdict {
    in_time(async {
        let mut talk = Talk::begin(url).await;
        for message in messages {
            if message == REST {
                if let Err(ended) = talk.rest().await {
                    return ended;
                }
            } else {
                talk.say(message).await;
            }
        }
        match talk.rest().await {
            Ok(seen) => talk.accepted(seen),
            Err(ended) => ended,
        }
    })
    .await
}

/// A conversation that is being had.
struct Talk {
    socket: WebSocketStream<TcpStream>,
    /// How many entries of the peer's table were taken. What cannot be read ends the session, so that
    /// all others count.
    pushed: usize,
    answers: Vec<Json>,
    /// What the peer's promises became.
    promised: HashMap<i64, Json>,
    aborted: Option<(String, String)>,
}

impl Talk {
    async fn begin(url: &str) -> Self {
        let address = url.trim_start_matches("ws://").trim_end_matches('/');
        let stream = TcpStream::connect(address)
            .await
            .expect("the peer is there");
        stream.set_nodelay(true).expect("the peer is there");
        let (socket, _) = client_async(url, stream)
            .await
            .expect("it speaks WebSocket");
        Self {
            socket,
            pushed: 0,
            answers: Vec::new(),
            promised: HashMap::new(),
            aborted: None,
        }
    }

    async fn say(&mut self, message: &str) {
        self.pushed += usize::from(takes_an_id(message));
        // The peer may have closed already; what it has said is read all the same.
        drop(self.socket.send(Message::text(message)).await);
    }

    /// Waits until all that can run has run; returns what was seen until then.
    async fn rest(&mut self) -> Result<String, Verdict> {
        self.say(r#"["push",["pipeline",0,["done"],[]]]"#).await;
        let done = self.pushed;
        self.say(&format!(r#"["pull",{done}]"#)).await;
        loop {
            let closed = match self.socket.next().await {
                Some(Ok(Message::Text(text))) => match self.hear(read(&text), done) {
                    Some(seen) => return Ok(seen),
                    None => continue,
                },
                Some(Ok(Message::Close(frame))) => {
                    let reason = frame.map_or(String::new(), |frame| frame.reason.to_string());
                    ("closed".to_owned(), reason)
                }
                Some(Ok(_)) => continue,
                Some(Err(_)) | None => ("gone".to_owned(), String::new()),
            };
            let (class, text) = self.aborted.take().unwrap_or(closed);
            return Err(Verdict::Aborted { class, text });
        }
    }

    /// Keeps what the verdict is made of; returns the answer that is waited for.
    fn hear(&mut self, message: Json, done: usize) -> Option<String> {
        let tag = message[0].as_str().unwrap_or_default();
        let id = message[1].as_i64().unwrap_or_default();
        match tag {
            "abort" => self.aborted = Some(error_of(&message[1])),
            "resolve" if message[1] == done => {
                return Some(message[2].as_str().unwrap_or_default().to_owned());
            }
            "resolve" if id < 0 => drop(self.promised.insert(id, message[2].clone())),
            "reject" if id < 0 => drop(self.promised.insert(id, message)),
            "resolve" | "reject" => self.answers.push(message),
            _ => {}
        }
        None
    }

    fn accepted(self, seen: String) -> Verdict {
        let answers = self.answers.iter();
        let mut answers: Vec<_> = answers
            .map(|answer| settled(answer, &self.promised).to_string())
            .collect();
        answers.sort();
        Verdict::Accepted { seen, answers }
    }
}

/// Puts what promises became in their place: whether there is one is the peer's own matter (M-5), and
/// so is the numbering of what it exports.
fn settled(expression: &Json, promised: &HashMap<i64, Json>) -> Json {
    match expression {
        Json::Array(items) => {
            let tag = items.first().and_then(Json::as_str);
            let id = items.get(1).and_then(Json::as_i64).unwrap_or_default();
            match (tag, promised.get(&id)) {
                (Some("promise"), Some(became)) => settled(became, promised),
                (Some("export" | "promise" | "writable"), _) if id < 0 => json!([tag, "its own"]),
                (Some("readable"), _) if id > 0 => json!([tag, "its own"]),
                _ => items.iter().map(|item| settled(item, promised)).collect(),
            }
        }
        Json::Object(members) => {
            let members = members.iter();
            let settled = members.map(|(key, member)| (key.clone(), settled(member, promised)));
            Json::Object(settled.collect())
        }
        other => other.clone(),
    }
}

/// Reads a message. JavaScript cuts texts in the middle of a character, and says so in JSON.
fn read(text: &str) -> Json {
    serde_json::from_str(text)
        .or_else(|_| serde_json::from_str(&text.replace("\\ud", "\\u00d")))
        .expect("peers send JSON")
}

/// What is not one of these to the letter, and not far from it, ends the session.
fn takes_an_id(message: &str) -> bool {
    let begins = [r#"["push","#, r#"["stream","#, r#"["pipe"]"#, r#"["pipe","#];
    begins.iter().any(|begin| message.starts_with(begin))
}

/// Reads the class and the text out of an error's expression.
fn error_of(error: &Json) -> (String, String) {
    let part = |index: usize| error[index].as_str().unwrap_or_default().to_owned();
    (part(1), part(2))
}
