//! Somebody else on the thread, for tests of what must not keep a thread to itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Messages that take a turn's time several times over, each of them next to none: 20,000 of more than
/// 50 ns each.
pub(crate) const MANY_MESSAGES: (&str, usize) = (r#"["reject",7,0]"#, 20_000);

/// How many turns that is at least.
pub(crate) const MANY_TURNS: usize = 5;

/// Returns how often somebody else had their turn while this was done.
pub(crate) async fn turns_of_a_bystander(done: impl Future<Output = ()>) -> usize {
    let turns = Arc::<AtomicUsize>::default();
    let counted = Arc::clone(&turns);
    let bystander = tokio::spawn(async move {
        loop {
            counted.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
        }
    });
    done.await;
    bystander.abort();
    turns.load(Ordering::SeqCst)
}
