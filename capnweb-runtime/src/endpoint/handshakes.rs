//! The connections that have not said what they want.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

/// The connections that have not said what they want: so many, and no more.
///
/// If there are as many, the oldest has to make way for the next, once it has had a moment: otherwise
/// whoever opens that many, and says nothing, would keep everybody out for as long as a handshake may
/// take. That moment is what an honest client needs, so that a crowd of these has to queue, and does
/// not drive each other out.
pub(super) struct Handshakes {
    most: usize,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    table: Mutex<Table>,
    /// Tells that there is one less.
    left: Notify,
}

#[derive(Default)]
struct Table {
    next: u64,
    open: BTreeMap<u64, Open>,
}

struct Open {
    since: Instant,
    make_way: oneshot::Sender<()>,
}

/// A place among them, given back when dropped.
pub(super) struct Handshake {
    number: u64,
    shared: Arc<Shared>,
}

/// What tells a connection that it has to make way.
pub(super) struct MakeWay(oneshot::Receiver<()>);

impl Handshakes {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            shared: Arc::default(),
        }
    }

    /// Waits for a place.
    ///
    /// Cancel-safe.
    pub(super) async fn enter(&self) -> (Handshake, MakeWay) {
        loop {
            let left = self.shared.left.notified();
            let oldest = match self.try_enter() {
                Ok(entered) => return entered,
                Err(oldest) => oldest,
            };
            let Some((number, since)) = oldest else {
                left.await;
                continue;
            };
            tokio::select! {
                () = left => {}
                () = tokio::time::sleep_until(since + MOMENT) => self.shared.turn_out(number),
            }
        }
    }

    /// Takes a place, or returns which has been there for the longest, and since when.
    fn try_enter(&self) -> Result<(Handshake, MakeWay), Option<(u64, Instant)>> {
        let mut table = self.shared.lock();
        if table.open.len() >= self.most {
            let oldest = table.open.first_key_value();
            return Err(oldest.map(|(number, open)| (*number, open.since)));
        }
        let number = table.next;
        table.next = table.next.wrapping_add(1);
        let (make_way, told) = oneshot::channel();
        let since = Instant::now();
        table.open.insert(number, Open { since, make_way });
        let handshake = Handshake {
            number,
            shared: Arc::clone(&self.shared),
        };
        Ok((handshake, MakeWay(told)))
    }
}

impl Shared {
    fn turn_out(&self, number: u64) {
        let open = self.lock().open.remove(&number);
        if let Some(open) = open {
            // It may have gone by itself just now.
            let _gone = open.make_way.send(());
        }
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MakeWay {
    /// Waits until the connection has to make way, which it never has once its place was given back.
    pub(super) async fn told(self) {
        if self.0.await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Handshake {
    fn drop(&mut self) {
        let open = self.shared.lock().open.remove(&self.number);
        drop(open);
        self.shared.left.notify_one();
    }
}

/// How long one may take at least, however many there are.
const MOMENT: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use tokio::time::Instant;

    use super::{Handshakes, MOMENT};

    #[tokio::test(start_paused = true)]
    async fn the_oldest_makes_way_after_a_moment() {
        let handshakes = Handshakes::new(2);
        let begun = Instant::now();
        let (_first, first_told) = handshakes.enter().await;
        let (_second, second_told) = handshakes.enter().await;
        assert_eq!(begun.elapsed().as_millis(), 0, "there was room");
        let (_third, _) = handshakes.enter().await;
        assert_eq!(begun.elapsed().as_millis(), MOMENT.as_millis());
        assert!(first_told.told().now_or_never().is_some());
        assert!(second_told.told().now_or_never().is_none());
    }

    /// The fault: a crowd of honest clients drives each other out.
    #[tokio::test(start_paused = true)]
    async fn who_has_said_what_it_wants_makes_room_at_once() {
        let handshakes = Handshakes::new(1);
        let begun = Instant::now();
        for _ in 0..10 {
            let (handshake, told) = handshakes.enter().await;
            drop(tokio::spawn(async move {
                tokio::task::yield_now().await;
                drop(handshake);
            }));
            assert!(told.told().now_or_never().is_none());
        }
        assert_eq!(begun.elapsed().as_millis(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_makes_way_for_nobody() {
        let handshakes = Handshakes::new(1);
        let (_handshake, told) = handshakes.enter().await;
        tokio::time::sleep(100 * MOMENT).await;
        assert!(told.told().now_or_never().is_none());
    }
}
