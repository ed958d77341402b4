//! Numbers, bounds and pages of events.

use std::sync::Arc;

use serde_json::json;

use super::{Bounds, Entry, Events, Happening};
use crate::model::{Progress, Timestamp};

const AMPLE: Bounds = Bounds {
    events: 1_000,
    bytes: 100_000,
};

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn line(text: &str) -> Happening {
    Happening::Log(Arc::from(text))
}

fn fraction(of: f64) -> Progress {
    Progress::new(of).unwrap()
}

fn numbers<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<u64> {
    entries.map(|entry| entry.seq).collect()
}

fn lines(events: &Events) -> Vec<&str> {
    events.log_lines().collect()
}

/// Stores a change as a store does, and returns what is stored then.
fn store(events: &mut Events, stored: Events) -> Events {
    let kept = events.paged();
    events.settle();
    events.after(kept).before_which(kept, stored)
}

#[test]
fn the_first_number_is_the_submissions() {
    let mut events = Events::default();
    assert_eq!(events.last(), 1);
    events.push(at(5), line("a"), AMPLE);
    assert_eq!((events.last(), numbers(events.entries())), (2, vec![2]));
}

/// The fault: somebody sees an event that a crash takes back, and its number comes again with another.
#[test]
fn what_is_not_stored_is_not_shown() {
    let mut events = Events::default();
    events.push(at(1), line("a"), AMPLE);
    assert!(numbers(events.stored_from(1)).is_empty());
    events.settle();
    events.push(at(2), line("b"), AMPLE);
    assert_eq!(numbers(events.stored_from(1)), [2]);
    assert!(numbers(events.stored_from(3)).is_empty());
    assert_eq!(lines(&events), ["a", "b"]);
}

#[test]
fn of_progress_that_waits_to_be_stored_there_is_one() {
    let mut events = Events::default();
    for percent in 0..100 {
        events.push_progress(at(percent), Progress::NONE, AMPLE);
    }
    events.push_progress(at(100), fraction(0.5), AMPLE);
    let only: Vec<_> = events.entries().cloned().collect();
    let what = Happening::Progress(fraction(0.5));
    let at = at(100);
    assert_eq!(only, [Entry { seq: 2, at, what }]);
}

/// The fault: an event that somebody has seen becomes another one.
#[test]
fn progress_that_is_stored_stays() {
    let mut events = Events::default();
    events.push_progress(at(1), fraction(0.1), AMPLE);
    events.settle();
    events.push_progress(at(2), fraction(0.2), AMPLE);
    events.push(at(3), line("between"), AMPLE);
    events.push_progress(at(4), fraction(0.3), AMPLE);
    assert_eq!(numbers(events.entries()), [2, 3, 4, 5]);
}

#[test]
fn progress_is_forgotten_before_anything_else() {
    let bounds = Bounds {
        events: 8,
        bytes: 1_000,
    };
    let mut events = Events::default();
    events.push(at(0), line("said at the beginning"), bounds);
    for step in 1..1_000 {
        events.push_progress(at(step), fraction(0.5), bounds);
        events.settle();
        assert!(events.entries().count() <= 8);
    }
    assert_eq!(lines(&events), ["said at the beginning"]);
    assert_eq!(events.last(), 1_001);
}

/// The fault: a task that says much takes the space of all.
#[test]
fn text_is_bounded_and_the_latest_is_kept() {
    let bounds = Bounds {
        events: 1_000,
        bytes: 40,
    };
    let mut events = Events::default();
    for number in 0..100 {
        events.push(at(number), line(&format!("line {number:5}")), bounds);
        assert!(events.text_bytes() <= 40);
    }
    assert_eq!(lines(&events).last(), Some(&"line    99"));
    events.push(at(100), line(&"x".repeat(50)), bounds);
    assert_eq!(events.entries().count(), 1, "the last is always kept");
}

#[test]
fn what_is_said_of_parts_is_kept_like_them() {
    let bounds = Bounds {
        events: 4,
        bytes: 40,
    };
    let mut events = Events::default();
    for number in 0..50 {
        events.push(at(0), Happening::Partial(number), bounds);
        events.push(at(0), line("x"), bounds);
    }
    let parts = events.entries().filter(|entry| entry.what.is_partial());
    assert_eq!(parts.count(), 50);
    assert!(events.entries().count() <= 54);
}

/// The fault: a store that has another record than the queue, after events have become pages or were
/// forgotten.
#[test]
fn a_store_that_is_given_what_is_new_has_all_of_it() {
    let bounds = Bounds {
        events: 100,
        bytes: 10_000,
    };
    let (mut events, mut stored) = (Events::default(), Events::default());
    for number in 0..1_000_usize {
        let what = match number % 7 {
            0 => Happening::Partial(number / 7),
            1 | 2 => line(&"x".repeat(number % 50)),
            _ => Happening::Progress(fraction(0.5)),
        };
        events.push(at(1), what, bounds);
        if number % 3 == 0 {
            stored = store(&mut events, stored);
            assert_eq!(stored, events);
        }
    }
    let text = serde_json::to_string(&stored).unwrap();
    assert_eq!(serde_json::from_str::<Events>(&text).unwrap(), stored);
}

#[test]
fn of_many_events_few_are_written_with_the_record() {
    let mut events = Events::default();
    for number in 0..500 {
        events.push(at(number), line("a line of some length"), AMPLE);
        let kept = events.paged();
        events.settle();
        let written = events.after(kept);
        assert!(written.entries().count() <= 32);
    }
    let tail = events.last() - events.paged();
    assert!(tail < 32, "{tail}");
}

#[test]
fn an_event_is_written_in_few_bytes() {
    let entry = Entry {
        seq: 2,
        at: at(9),
        what: Happening::Progress(fraction(0.5)),
    };
    assert_eq!(json!(entry), json!([2, 9, {"p": 0.5}]));
}
