//! The one task that moves a session's messages.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tracing::Instrument as _;

use super::ending::Ending;
use super::heartbeat::Heartbeat;
use super::shared::Connection;
use crate::error::Disconnect;
use crate::hook::SessionControl as _;
use crate::transport::{FrameSink, FrameSource};
use crate::wire;

/// How long a peer that does not read may hold up the end of its session.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// How many bytes a message may have to be read at once: some milliseconds' worth of the dearest.
const SHORT: usize = 32 * 1024;

/// Moves messages until the session ends, then closes the transport.
///
/// Reading and writing go on side by side: if either waited for the other, two peers with full
/// buffers would wait for each other for ever. Dropping the future ends the session.
pub(crate) fn drive(
    connection: Arc<Connection>,
    source: impl FrameSource,
    sink: impl FrameSink,
    heartbeat: Option<Heartbeat>,
) -> impl Future<Output = ()> + Send {
    let span = connection.span().clone();
    drive_in_span(connection, source, sink, heartbeat).instrument(span)
}

async fn drive_in_span(
    connection: Arc<Connection>,
    mut source: impl FrameSource,
    mut sink: impl FrameSink,
    heartbeat: Option<Heartbeat>,
) {
    let session = Ending::new(connection, Disconnect::Shutdown);
    let connection = &*session;
    let ping = Notify::new();
    let ended = {
        let reading = std::pin::pin!(read(connection, &mut source));
        let mut writing = std::pin::pin!(write(connection, &mut sink, &ping));
        let watching = std::pin::pin!(watch(connection, heartbeat, &ping));
        tokio::select! {
            never = connection.lose_patience() => match never {},
            () = &mut writing => true,
            () = reading => tokio::time::timeout(CLOSE_TIMEOUT, writing).await.is_ok(),
            // Ended on this side, with a peer that neither reads nor says anything.
            _ = connection.closed() => tokio::time::timeout(CLOSE_TIMEOUT, writing).await.is_ok(),
            () = watching => tokio::time::timeout(CLOSE_TIMEOUT, writing).await.is_ok(),
        }
    };
    let reason = connection.ended().unwrap_or(Disconnect::Shutdown);
    if ended {
        let goodbye = async {
            sink.close(&reason).await;
            // What the peer has sent meanwhile is read and ignored: a socket closed with unread
            // data in it is reset, and the peer might lose what it was told last.
            while source.receive().await.is_ok() {}
        };
        // A peer that does not read has had its time.
        drop(tokio::time::timeout(CLOSE_TIMEOUT, goodbye).await);
    }
}

async fn read(connection: &Connection, source: &mut impl FrameSource) {
    let mut turn = Turn::default();
    loop {
        match source.receive().await {
            Ok(text) => turn.handle(connection, text).await,
            Err(reason) => connection.terminate(&reason),
        }
        if connection.ended().is_some() {
            return;
        }
    }
}

/// The time that a session has had since others had their turn on this thread. Messages that lie
/// ready are read without waiting, so that the runtime would not know of it.
#[derive(Default)]
pub(crate) struct Turn {
    spent: Duration,
}

impl Turn {
    /// Takes a message, and lets others go first if that is enough for now.
    pub(crate) async fn handle(
        &mut self,
        connection: &Connection,
        text: impl AsRef<str> + Send + 'static,
    ) {
        let begun = Instant::now();
        handle(connection, text).await;
        self.spend(begun.elapsed()).await;
    }

    /// Notes what a message took, and lets others go first if that is enough for now.
    async fn spend(&mut self, time: Duration) {
        self.spent = self.spent.saturating_add(time);
        if self.spent >= TURN {
            self.spent = Duration::ZERO;
            tokio::task::yield_now().await;
        }
    }
}

/// So long that taking turns costs nothing to speak of.
const TURN: Duration = Duration::from_micros(100);

/// Takes a message. A long one is read where it keeps nobody waiting but its own session: other
/// sessions may live on this thread.
async fn handle(connection: &Connection, text: impl AsRef<str> + Send + 'static) {
    if text.as_ref().len() <= SHORT {
        return connection.handle_message(text.as_ref());
    }
    let limits = Arc::clone(connection.limits());
    let reading = tokio::task::spawn_blocking(move || {
        let text = text.as_ref();
        (wire::decode(text, &limits), text.len())
    });
    match reading.await {
        Ok((message, size)) => connection.handle_read(message, size),
        // The runtime is shutting down.
        Err(_) => connection.terminate(&Disconnect::Shutdown),
    }
}

async fn write(connection: &Connection, sink: &mut impl FrameSink, ping: &Notify) {
    loop {
        let written = tokio::select! {
            frames = connection.next_frames() => match frames {
                Some(frames) => sink.send(frames).await,
                None => return,
            },
            () = ping.notified() => sink.ping().await,
        };
        if let Err(reason) = written {
            return connection.terminate(&reason);
        }
    }
}

/// Ends when the session of a dead peer has.
async fn watch(connection: &Connection, heartbeat: Option<Heartbeat>, ping: &Notify) {
    match heartbeat {
        Some(heartbeat) => heartbeat.watch(connection, ping).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use futures_util::FutureExt as _;

    use super::{TURN, Turn, drive};
    use crate::config::SessionConfig;
    use crate::connection::Connection;
    use crate::error::{Disconnect, Error};
    use crate::hook::{Cap, Peer, SessionControl as _, Stub};
    use crate::transport::{FrameSink, FrameSource};

    /// A peer that is connected, and neither reads nor says anything.
    struct Silent;

    impl FrameSource for Silent {
        type Frame = String;

        async fn receive(&mut self) -> Result<String, Disconnect> {
            std::future::pending().await
        }
    }

    impl FrameSink for Silent {
        async fn send(&mut self, _: VecDeque<String>) -> Result<(), Disconnect> {
            std::future::pending().await
        }

        async fn ping(&mut self) -> Result<(), Disconnect> {
            std::future::pending().await
        }

        async fn close(&mut self, _: &Disconnect) {
            std::future::pending::<()>().await;
        }
    }

    /// Its connection, and all that waits to be written to it, would be kept for ever.
    #[tokio::test(start_paused = true)]
    async fn a_session_that_ends_here_lets_go_of_a_peer_that_neither_reads_nor_writes() {
        let main = Cap::settled(Err(Error::new("none")));
        let (connection, peer) = Connection::new(main, Peer::default(), &SessionConfig::default());
        let driver = tokio::spawn(drive(Arc::clone(&connection), Silent, Silent, None));
        drop(Stub::of(peer.clone()).call("f", ()));
        tokio::task::yield_now().await;
        connection.close("enough");
        let hour = Duration::from_hours(1);
        tokio::time::timeout(hour, driver)
            .await
            .expect("the driver ends")
            .expect("it does not panic");
    }

    /// A peer whose messages all lie ready.
    struct Talkative(Arc<AtomicUsize>);

    impl FrameSource for Talkative {
        type Frame = String;

        async fn receive(&mut self) -> Result<String, Disconnect> {
            self.0.fetch_add(1, Ordering::SeqCst);
            Ok(r#"["reject",7,0]"#.to_owned())
        }
    }

    /// The fault: a turn that never ends, or that ends with every message.
    #[tokio::test]
    async fn a_turn_is_given_up_when_its_time_is_over() {
        let nanosecond = Duration::from_nanos(1);
        let mut turn = Turn::default();
        for _ in 0..3 {
            assert!(turn.spend(TURN - nanosecond).now_or_never().is_some());
            assert!(turn.spend(nanosecond).now_or_never().is_none());
        }
    }

    /// A flood of small messages would hold up every other session of the thread.
    #[tokio::test]
    async fn a_session_with_much_to_say_takes_turns() {
        let main = Cap::settled(Err(Error::new("none")));
        let (connection, peer) = Connection::new(main, Peer::default(), &SessionConfig::default());
        let heard = Arc::<AtomicUsize>::default();
        let source = Talkative(Arc::clone(&heard));
        let driver = tokio::spawn(drive(Arc::clone(&connection), source, Silent, None));
        for turn in 1..=10 {
            tokio::task::yield_now().await;
            let heard = heard.load(Ordering::SeqCst);
            assert!(
                (turn..=turn * 2000).contains(&heard),
                "{heard} in turn {turn}"
            );
        }
        driver.abort();
        drop(peer);
    }
}
