//! How much is allocated for each call, chain, element and chunk: no more than is written down.
//!
//! A guard against becoming slower that does not depend on how fast a machine is. What is counted is
//! what both ends allocate together, in one process. This is the only test of its program, since the
//! count is of the whole process.

mod ledger;
mod meter;
mod waiting;

use ledger::Ledger;
use tests::work::{Transport, Work};
use tokio::runtime::Builder;

/// Catches a change that allocates more for what is done most.
#[test]
fn nothing_allocates_more_than_is_written_down() {
    ledger::check_that_excesses_are_found();
    let waiting = waiting::bytes_a_task(meter::ALLOCATOR);
    // To come down to a kilobyte; it was 1,447 bytes when this was written.
    assert!(
        waiting <= 1_536,
        "a task that waits takes {waiting} bytes of a queue's memory"
    );
    let runtime = Builder::new_current_thread().enable_all().build();
    let measured = runtime.expect("a runtime").block_on(measure());
    if std::env::var_os("UPDATE_ALLOCATIONS").is_some() {
        measured.write();
    }
    let excesses = Ledger::read().excesses(&measured);
    assert!(
        excesses.is_empty(),
        "more is allocated than {} allows:\n{}\n\nLook for what was added, with `cargo bench -p \
         tests --bench instructions -- WORK`, say. If it is worth it, write it down with \
         `UPDATE_ALLOCATIONS=1 cargo test -p tests --test allocations`, and say why in the \
         commit. All that was measured:\n\n{measured}",
        ledger::PATH,
        excesses.join("\n"),
    );
}

async fn measure() -> Ledger {
    let mut measured = Ledger::default();
    for transport in Transport::ALL {
        let api = transport.connect().await;
        for work in Work::ALL {
            let cost = meter::cost(&api, work).await;
            measured.note(work, transport, cost);
        }
    }
    measured
}
