//! The task of a session.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;
use tracing::Instrument as _;

use super::ending::Ending;
use super::exchange::Exchange;
use super::heartbeat::Heartbeat;
use super::shared::Connection;
use crate::error::Disconnect;
use crate::hook::SessionControl as _;
use crate::transport::Transport;

/// Moves messages until the session ends, then closes the transport. Dropping the future ends the
/// session.
pub(crate) fn drive(
    connection: Arc<Connection>,
    transport: impl Transport,
    heartbeat: Option<Heartbeat>,
) -> impl Future<Output = ()> + Send {
    let span = connection.span().clone();
    // Made here, so that there is one place for it in the future, and not one more for what it is
    // made of.
    let mut exchange = Exchange::new(Arc::clone(&connection), transport);
    let session = Ending::new(connection, Disconnect::Shutdown);
    let driving = async move {
        tokio::select! {
            biased;
            () = exchange.run() => {}
            never = session.lose_patience() => match never {},
            reason = watch(&session, heartbeat) => exchange.cut(&reason),
            // Ended on this side, with a peer that neither reads nor says anything.
            _ = session.closed() => {}
        }
        // A future of its own: what ends a session need not lie in it all the time.
        Box::pin(part(&session, &mut exchange)).await;
    };
    driving.instrument(span)
}

/// Says what is left to be said, and why the session has ended; a peer that does not read has its
/// time, and no more.
async fn part(session: &Connection, exchange: &mut Exchange<impl Transport>) {
    let said = timeout(CLOSE_TIMEOUT, exchange.finish()).await;
    if said.is_ok() {
        let reason = session.ended().unwrap_or(Disconnect::Shutdown);
        drop(timeout(CLOSE_TIMEOUT, exchange.close(&reason)).await);
    }
}

/// Waits until the peer is found to be dead, and returns how.
async fn watch(connection: &Connection, heartbeat: Option<Heartbeat>) -> Disconnect {
    match heartbeat {
        Some(heartbeat) => heartbeat.watch(connection).await,
        None => std::future::pending().await,
    }
}

/// How long a peer that does not read may hold up the end of its session.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Poll};
    use std::time::Duration;

    use super::drive;
    use crate::config::SessionConfig;
    use crate::connection::Connection;
    use crate::error::{Disconnect, Error};
    use crate::hook::{Cap, Peer, SessionControl as _, Stub};
    use crate::session::Frames;
    use crate::transport::Transport;

    /// A peer that is connected, and neither reads nor says anything.
    struct Silent;

    impl Transport for Silent {
        type Frame = String;

        fn poll_receive(&mut self, _: &mut Context<'_>) -> Poll<Result<String, Disconnect>> {
            Poll::Pending
        }

        fn poll_send(
            &mut self,
            _: &mut Frames,
            _: &mut Context<'_>,
        ) -> Poll<Result<(), Disconnect>> {
            Poll::Pending
        }

        fn ping(&mut self) {}

        fn poll_close(&mut self, _: &Disconnect, _: &mut Context<'_>) -> Poll<()> {
            Poll::Pending
        }
    }

    /// Its connection, and all that waits to be written to it, would be kept for ever.
    #[tokio::test(start_paused = true)]
    async fn a_session_that_ends_here_lets_go_of_a_peer_that_neither_reads_nor_writes() {
        let main = Cap::settled(Err(Error::new("none")));
        let (connection, peer) = Connection::new(main, Peer::default(), &SessionConfig::default());
        let driver = tokio::spawn(drive(Arc::clone(&connection), Silent, None));
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

    impl Transport for Talkative {
        type Frame = String;

        fn poll_receive(&mut self, _: &mut Context<'_>) -> Poll<Result<String, Disconnect>> {
            self.0.fetch_add(1, Ordering::SeqCst);
            Poll::Ready(Ok(r#"["reject",7,0]"#.to_owned()))
        }

        fn poll_send(
            &mut self,
            _: &mut Frames,
            _: &mut Context<'_>,
        ) -> Poll<Result<(), Disconnect>> {
            Poll::Pending
        }

        fn ping(&mut self) {}

        fn poll_close(&mut self, _: &Disconnect, _: &mut Context<'_>) -> Poll<()> {
            Poll::Pending
        }
    }

    /// A flood of small messages would hold up every other session of the thread.
    #[tokio::test]
    async fn a_session_with_much_to_say_takes_turns() {
        let main = Cap::settled(Err(Error::new("none")));
        let (connection, peer) = Connection::new(main, Peer::default(), &SessionConfig::default());
        let heard = Arc::<AtomicUsize>::default();
        let source = Talkative(Arc::clone(&heard));
        let driver = tokio::spawn(drive(Arc::clone(&connection), source, None));
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
