//! Long replays in slices, so that they hold up neither their thread nor its session.

use std::cell::Cell;

use super::replay::{Progress, Replay};
use crate::hook::hardening::Lane;

/// Applies a mapper: at once as far as a slice goes, as calls are started at once; what is left
/// then becomes a task that lets others run in between.
///
/// One that is met while another runs on this thread is left to that one, which completes it before
/// its own next instruction. So the order of calls is that of the recorded closure, and replays
/// that are nested, however deep, are not nested on the stack.
pub(super) fn start(replay: Replay) {
    let mut met = MET.take();
    if let Some(met_so_far) = &mut met {
        met_so_far.push(replay);
        return MET.set(met);
    }
    let mut work = Work(vec![replay]);
    if work.slice() {
        return;
    }
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => drop(runtime.spawn(finish(work))),
        Err(_) => while !work.slice() {},
    }
}

/// Goes on until everything is done, letting others run in between. Of the replays that run for one
/// session only one at a time does, so that many of them do not keep other sessions waiting longer.
async fn finish(mut work: Work) {
    let lane = work.lane();
    loop {
        let done = match &lane {
            Some(lane) => {
                let _go = lane.go().await;
                work.slice()
            }
            None => work.slice(),
        };
        if done {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// Replays, each but the last one waiting for those after it.
struct Work(Vec<Replay>);

impl Work {
    /// Returns where this queues.
    fn lane(&self) -> Option<Lane> {
        self.0.first()?.lane().cloned()
    }

    /// Goes on for a while; returns whether everything is done.
    fn slice(&mut self) -> bool {
        let _meeting = Meeting::begin();
        let mut left = STEPS_A_SLICE;
        while left > 0 {
            let Some(replay) = self.0.last_mut() else {
                return true;
            };
            let before = replay.taken();
            let progress = replay.step();
            // What copies much counts as many steps; all but the peer's own are short.
            let taken = replay.taken().saturating_sub(before);
            left = left.saturating_sub(taken.max(1));
            if let Progress::Done(outcome) = progress
                && let Some(done) = self.0.pop()
            {
                done.finish(outcome);
            }
            let met = MET.replace(Some(Vec::new())).unwrap_or_default();
            self.0.extend(met.into_iter().rev());
        }
        self.0.is_empty()
    }
}

/// The time during which replays that are met on this thread are collected.
struct Meeting;

impl Meeting {
    fn begin() -> Self {
        MET.set(Some(Vec::new()));
        Self
    }
}

impl Drop for Meeting {
    fn drop(&mut self) {
        drop(MET.take());
    }
}

thread_local! {
    /// The replays that were met during the current step of one; none while there is no such.
    static MET: Cell<Option<Vec<Replay>>> = const { Cell::new(None) };
}

/// How many steps are taken before others have a turn.
const STEPS_A_SLICE: usize = 128;
