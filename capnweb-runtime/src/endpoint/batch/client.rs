//! A batch of calls, sent and answered in one exchange.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::task::Poll;

use super::post::post;
use super::wanted::Wanted;
use crate::connection::{Connection, Ending, Turn};
use crate::endpoint::body::lines;
use crate::endpoint::connect::{ConnectError, Connector};
use crate::endpoint::dial::{Address, Schemes};
use crate::error::Disconnect;
use crate::hook::{SessionControl as _, Stub};
use crate::session::Frames;
use crate::typed::Capability;

/// A session that lasts for one HTTP request: calls are made first, then sent together, and what
/// was wanted of them comes back together.
///
/// ```no_run
/// # use capnweb_runtime::{capability, Result};
/// # #[capability] pub trait User { async fn name(&self) -> Result<String>; }
/// # #[capability] pub trait Api {
/// #     async fn user(&self) -> Result<UserStub>;
/// #     async fn add(&self, a: f64, b: f64) -> Result<f64>;
/// # }
/// use capnweb_runtime::Batch;
///
/// # async fn example() -> Result<()> {
/// let batch = Batch::<ApiStub>::new("https://example.org/rpc")?;
/// let name = batch.main().user().name();
/// let sum = batch.main().add(1.0, 2.0);
/// let (name, sum) = batch.send((name, sum)).await?;
/// println!("{} {}", name?, sum?);
/// # Ok(()) }
/// ```
///
/// Every call made before [`send`](Self::send) is carried out, in order; results come back of those
/// promises that `send` is given, because nothing else was asked for. Whatever is made, awaited or
/// left over afterwards fails with [`Disconnect::BatchEnded`]: "Batch RPC request ended."
///
/// The server can call what it is passed, but nothing that such a call answers reaches it any more.
/// An object among the results is of no use, either, but for the calls that were made on its promise.
pub struct Batch<C> {
    main: C,
    connection: Arc<Connection>,
    connector: Connector,
    address: Address,
}

impl<C: Capability> Batch<C> {
    /// Prepares a batch to an `http://` or `https://` URL, over a connection of its own;
    /// [`Connector::batch`] with more than the defaults, and to send many.
    ///
    /// # Errors
    ///
    /// When the URL is not such a one.
    pub fn new(url: impl Into<String>) -> Result<Self, ConnectError> {
        Self::of(Connector::new(url))
    }

    pub(in crate::endpoint) fn of(connector: Connector) -> Result<Self, ConnectError> {
        let address = Address::parse(&connector.url, &HTTP)?;
        let (connection, main) = connector.begin();
        Ok(Self {
            main: C::from_stub(Stub::of(main)),
            connection,
            connector,
            address,
        })
    }
}

impl<C> Batch<C> {
    /// Returns the server's main object, to make calls on.
    pub const fn main(&self) -> &C {
        &self.main
    }

    /// Sends every call that was made, and returns what is wanted of their results.
    ///
    /// Streams among the arguments are read to their ends first, and go along; so they have to end,
    /// within 256 KiB each. Redirects are not followed. The answer may be as long as
    /// [`Limits::max_frame_bytes`](crate::Limits::max_frame_bytes) says.
    ///
    /// All of it may take as long as [`Connector::timeout`], also if the server says that a result is
    /// what an object of this side's has yet to return. [`SessionConfig::call_timeout`] and
    /// [`Promise::timeout`] count for each result, from now and from when that was called; once there
    /// is none left to wait for, the answer is not waited for either.
    ///
    /// [`SessionConfig::call_timeout`]: crate::SessionConfig::call_timeout
    /// [`Promise::timeout`]: crate::Promise::timeout
    ///
    /// # Errors
    ///
    /// When there was no answer; every promise of the batch fails with the same. If there was one,
    /// each result says for itself how it ended. [`Disconnect::StreamTooLong`] says that nothing was
    /// sent.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives up the exchange. The server may have carried out the calls.
    pub async fn send<W: Wanted>(self, mut wanted: W) -> Result<W::Output, Disconnect> {
        wanted.ask();
        // Whatever happens, what was not answered by then never will be (protocol T-23).
        let session = Ending::new(Arc::clone(&self.connection), Disconnect::BatchEnded);
        let sending = Box::pin(self.answered(wanted));
        let sent = tokio::time::timeout(self.connector.timeout, sending)
            .await
            .unwrap_or_else(|_| Err(too_late()));
        if let Err(reason) = &sent {
            self.connection.terminate(reason);
        }
        drop(session);
        sent
    }

    /// Waits for what is wanted, or until the last of it is given up.
    async fn answered<W: Wanted>(&self, wanted: W) -> Result<W::Output, Disconnect> {
        let mut collecting = std::pin::pin!(wanted.collect());
        // What is there before anything was sent, such as nothing at all, says nothing of the rest.
        let at_once = poll_fn(|context| Poll::Ready(collecting.as_mut().poll(context))).await;
        let answer = tokio::select! {
            answer = self.exchange() => answer?,
            // Nothing has come: its time is up.
            late = &mut collecting, if at_once.is_pending() => return Ok(late),
            never = self.connection.lose_patience() => match never {},
        };
        self.hear(&answer).await;
        // What was not answered by then never will be.
        self.connection.terminate(&Disconnect::BatchEnded);
        match at_once {
            Poll::Ready(there) => Ok(there),
            // An answer may be that of a method of this side's, which takes its own time.
            Poll::Pending => Ok(collecting.await),
        }
    }

    async fn exchange(&self) -> Result<String, Disconnect> {
        if let Some(reason) = self.connection.ended() {
            return Err(reason);
        }
        let room = self.connector.config.limits.max_outgoing_bytes;
        let messages = self.connection.take_all_frames(room).await?;
        if self.connection.is_held_up() {
            return Err(Disconnect::StreamTooLong);
        }
        post(&self.connector, &self.address, joined(messages)).await
    }

    /// Takes the messages of an answer, up to one that ends the session.
    async fn hear(&self, answer: &str) {
        // Nobody reads what this side has to say to an answer.
        self.connection.fall_silent();
        let mut turn = Turn::new();
        // Its last line may be empty (protocol T-21).
        for message in lines(answer.strip_suffix('\n').unwrap_or(answer)) {
            turn.handle(&self.connection, message).await;
            if self.connection.is_ended() {
                return;
            }
        }
    }
}

fn too_late() -> Disconnect {
    let late = io::Error::from(io::ErrorKind::TimedOut);
    Disconnect::Request(Arc::new(late))
}

/// Joins messages to the body of a request (protocol T-20).
fn joined(messages: Frames) -> String {
    Vec::from(messages).join("\n")
}

impl<C> fmt::Debug for Batch<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("url", &self.connector.url)
            .finish_non_exhaustive()
    }
}

/// The schemes of HTTP URLs.
const HTTP: Schemes = Schemes("http", "https");

#[cfg(test)]
mod tests {
    use super::{Batch, HTTP};
    use crate::connection::{MANY_MESSAGES, MANY_TURNS, turns_of_a_bystander};
    use crate::endpoint::connect::Connector;
    use crate::endpoint::dial::Address;
    use crate::hook::{Stub, Value};

    fn begun() -> (Batch<()>, Stub) {
        let url = "http://localhost/";
        let connector = Connector::new(url);
        let (connection, main) = connector.begin();
        let batch = Batch {
            main: (),
            connection,
            connector,
            address: Address::parse(url, &HTTP).unwrap(),
        };
        (batch, Stub::of(main))
    }

    /// The fault: a server's answer holds up everybody else of the client's thread.
    #[tokio::test]
    async fn an_answer_with_much_to_say_takes_turns() {
        let (batch, _main) = begun();
        let (message, times) = MANY_MESSAGES;
        let answer = vec![message; times].join("\n");
        let turns = turns_of_a_bystander(batch.hear(&answer)).await;
        assert!(turns >= MANY_TURNS, "{turns}");
        assert!(batch.connection.ended().is_none());
    }

    /// The fault: what is said to answers, such as that their promises are not needed any more, is
    /// written and piles up, though nobody will read it.
    #[tokio::test]
    async fn nothing_is_said_to_an_answer() {
        let (batch, main) = begun();
        let promise = main.call("f", ());
        batch.hear(r#"["resolve",1,2]"#).await;
        drop(main.call("g", ()));
        assert!(batch.connection.take_frames().is_empty());
        assert_eq!(promise.await.unwrap(), Value::Number(2.0));
    }
}
