//! How long it goes on, what is done, and what is said of it.

use std::collections::BTreeMap;
use std::env;
use std::io::{self, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::memory::Memory;

/// Returns how long to go on.
pub(crate) fn duration() -> Duration {
    let seconds = env::var(SECONDS).ok();
    let seconds = seconds.map(|text| text.parse().unwrap_or_else(|_| panic!("{SECONDS}={text}")));
    Duration::from_secs(seconds.unwrap_or(SHORT))
}

/// Waits for the other soak, which would take the processors, and the memory of this process.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How often each thing was done.
pub(crate) type Done = BTreeMap<String, u64>;

/// Reads the lines `did COUNT WHAT` of a program of `tests/js/soak`.
pub(crate) fn done(lines: &[String]) -> Done {
    let done = lines.iter().filter_map(|line| line.strip_prefix("did "));
    done.filter_map(|line| line.split_once(' '))
        .filter_map(|(count, what)| Some((what.to_owned(), count.parse().ok()?)))
        .collect()
}

/// Reads the lines `heap BYTES` of a program of `tests/js` that is measured.
pub(crate) fn heap(what: &'static str, lines: &[String]) -> Memory {
    let mut heap = Memory::new(what);
    let sizes = lines.iter().filter_map(|line| line.strip_prefix("heap "));
    sizes
        .filter_map(|size| size.parse().ok())
        .for_each(|bytes| heap.push(bytes));
    heap
}

/// Checks that everything was done, and tells how often, past the test runner, which keeps to
/// itself what a passing test prints.
pub(crate) fn report(who: &str, done: &Done, memory: &[Memory]) {
    let total: u64 = done.values().sum();
    let acts: Vec<_> = done.iter().map(|(name, n)| format!("{name} {n}")).collect();
    let mut lines = vec![format!("{who}: {total} acts: {}\n", acts.join(", "))];
    lines.extend(memory.iter().map(|memory| format!("{who}: {memory}\n")));
    // Without a stderr there is nobody to tell.
    drop(io::stderr().write_all(lines.concat().as_bytes()));
    let idle: Vec<_> = done.iter().filter(|(_, count)| **count == 0).collect();
    assert!(total > 0 && idle.is_empty(), "{who}: never done: {idle:?}");
}

const SECONDS: &str = "CAPNWEB_SOAK_SECONDS";
const SHORT: u64 = 5;
