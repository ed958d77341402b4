//! One batch: a session that lasts as long as one request and its answer.

use hyper::body::Body;
use tokio::time::{Instant, timeout};

use super::endpoint::Endpoint;
use super::rejection::Rejection;
use crate::connection::{Connection, Ending, Turn};
use crate::endpoint::body::{self, BodyError, lines};
use crate::error::Disconnect;
use crate::hook::{Peer, SessionControl as _};
use crate::session::Frames;

/// Runs the messages of a body, waits for what it asks for, and returns all that is to be said to
/// that (protocol T-24). The session is over when this fails, is dropped, or soon after it returns.
pub(super) async fn exchange<B: Body + Send>(
    endpoint: &Endpoint,
    body: B,
    peer: Peer,
) -> Result<String, Rejection> {
    let settings = &endpoint.settings;
    let begun = Instant::now();
    let left = || settings.batch_timeout.saturating_sub(begun.elapsed());
    let room = settings.config.limits.max_frame_bytes;
    let body = timeout(left(), body::text(body, room))
        .await
        .map_err(|_| Rejection::Slow)??;
    let main = (settings.main)(&peer);
    let (connection, client_main) = Connection::new(main, peer, &settings.config);
    // Whatever happens, everything in it is let go of (protocol T-28).
    let session = Ending::new(connection, Disconnect::BatchEnded);
    let room = settings.config.limits.max_outgoing_bytes;
    let answers = timeout(left(), answers(&session, &body, room)).await;
    let answers = answers.map_err(|_| Rejection::TimedOut)?;
    let answer = answers.map(joined).map_err(|reason| refusal(&reason))?;
    // The client does not wait for that, but whoever shuts the server down does: the answer is on its way
    // first.
    let leaving = endpoint.leave();
    drop(tokio::spawn(async move {
        drop(session);
        // Held until here: letting go of the client's main object would end the session (S-85).
        drop(client_main);
        drop(leaving);
    }));
    Ok(answer)
}

/// Returns what is said to a body, of at most `limit` bytes.
async fn answers(connection: &Connection, body: &str, limit: usize) -> Result<Frames, Disconnect> {
    let mut turn = Turn::new();
    for message in lines(body) {
        turn.handle(connection, message).await;
        if connection.is_ended() {
            break;
        }
    }
    connection.end_input(&Disconnect::BatchEnded);
    let mut answers = Frames::new();
    let mut size = 0;
    loop {
        connection.drain().await?;
        let more = connection.take_all_frames(limit).await?;
        if more.is_empty() {
            return Ok(answers);
        }
        size += more.iter().map(String::len).sum::<usize>();
        if size > limit {
            return Err(Disconnect::OutgoingQueueFull { limit });
        }
        answers.extend(more);
    }
}

fn joined(messages: Frames) -> String {
    let size = messages.iter().map(|message| message.len() + 1).sum();
    let mut text = String::with_capacity(size);
    for message in messages {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&message);
    }
    text
}

/// Whose fault the end of the session was (protocol T-24).
fn refusal(reason: &Disconnect) -> Rejection {
    match reason {
        Disconnect::Violation(_) | Disconnect::AbortedByPeer { .. } => Rejection::Broken,
        _ => Rejection::Failed,
    }
}

impl From<BodyError> for Rejection {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge => Self::TooLarge,
            BodyError::NotText | BodyError::Interrupted(_) => Self::Unreadable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::answers;
    use crate::config::SessionConfig;
    use crate::connection::{Connection, MANY_MESSAGES, MANY_TURNS, turns_of_a_bystander};
    use crate::error::Error;
    use crate::hook::{Cap, Peer};

    /// The fault: the messages of a batch, all of which are there, hold up everybody else of the
    /// thread.
    #[tokio::test]
    async fn a_batch_with_much_to_say_takes_turns() {
        let main = Cap::settled(Err(Error::new("none")));
        let config = SessionConfig::default();
        let (connection, _client) = Connection::new(main, Peer::default(), &config);
        let (message, times) = MANY_MESSAGES;
        let body = vec![message; times].join("\n");
        let turns = turns_of_a_bystander(async {
            let answers = answers(&connection, &body, 1000).await.unwrap();
            assert!(answers.is_empty(), "{answers:?}");
        });
        let turns = turns.await;
        assert!(turns >= MANY_TURNS, "{turns}");
    }
}
