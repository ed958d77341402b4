//! A clock that stands still.

use std::sync::mpsc;
use std::time::Duration;

/// The time of a test's runtime, once it stands still: it passes when the test says so, and not
/// whenever everybody waits, as what a socket brings is waited for, too.
pub(crate) struct Frozen {
    /// Ends the blocking task, in whose presence Tokio does not advance the clock by itself.
    _end: mpsc::Sender<()>,
}

impl Frozen {
    /// Stops the clock.
    pub(crate) fn new() -> Self {
        let (end, ended) = mpsc::channel::<()>();
        drop(tokio::task::spawn_blocking(move || ended.recv()));
        tokio::time::pause();
        Self { _end: end }
    }

    /// Lets so much time pass, in steps of a second at most, and everybody act in between.
    pub(crate) async fn pass(&self, mut time: Duration) {
        self.settle().await;
        while !time.is_zero() {
            let step = time.min(seconds(1));
            tokio::time::advance(step).await;
            self.settle().await;
            time -= step;
        }
    }

    /// Lets time pass until something has happened.
    pub(crate) async fn pass_until<T>(&self, what: impl Future<Output = T>) -> T {
        let mut what = std::pin::pin!(what);
        for _ in 0..MOST {
            tokio::select! {
                biased;
                done = &mut what => return done,
                () = self.pass(seconds(1)) => {}
            }
        }
        panic!("it did not happen within {MOST} seconds");
    }

    /// Lets everybody act, and what they have written arrive: on one machine that takes no more than
    /// looking for it.
    #[allow(
        clippy::unused_self,
        reason = "while time passes, nobody need be waited for"
    )]
    async fn settle(&self) {
        for _ in 0..TURNS {
            tokio::task::yield_now().await;
        }
    }
}

/// More turns than the runtime lets pass before it looks at the sockets.
const TURNS: usize = 200;

const MOST: usize = 10_000;

/// So many seconds.
pub(crate) const fn seconds(number: u64) -> Duration {
    Duration::from_secs(number)
}
