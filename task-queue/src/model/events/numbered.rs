//! The events of a task, numbered, as far back as they are kept.

use std::collections::VecDeque;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::entry::{Entry, Happening};
use crate::model::{Progress, Timestamp};

/// The events of a task, numbered from 1, as far back as they are kept.
///
/// A number is given once: an event that was stored, and so can have been seen, never changes and its
/// number never comes back as another one. Of those that are not stored yet nobody is told.
///
/// The first event, that the task was accepted, is in the task's record anyhow, and takes no space
/// here: a task that only waits has nothing but that.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Events(Option<Box<Log>>);

/// How many events are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// So many events, those of partial results not counted.
    pub events: usize,
    /// So many bytes of text in them.
    pub bytes: usize,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Log {
    /// By number, which can have gaps where some were forgotten. The last is always there.
    entries: VecDeque<Entry>,
    /// Up to this number they are stored apart from the task's record, in pages that are not written
    /// again.
    paged: u64,
    /// Up to this number they are stored, and can be shown.
    stored: u64,
    /// Some were forgotten that are stored in pages: all pages are to be written anew.
    is_thinned: bool,
    partials: usize,
    text_bytes: usize,
}

impl Events {
    /// Restores events from what was stored: those of pages, and then the others.
    pub fn restore(in_pages: Vec<Entry>, tail: Vec<Entry>) -> Self {
        let paged = in_pages.last().map_or(0, |entry| entry.seq);
        let entries: VecDeque<_> = in_pages.into_iter().chain(tail).collect();
        let Some(last) = entries.back() else {
            return Self(None);
        };
        let log = Log {
            paged,
            stored: last.seq,
            ..Log::default()
        };
        Self(Some(Box::new(log.with_entries(entries))))
    }

    /// Adds an event, with the next number. Where there are more than the bounds say, the oldest are
    /// forgotten, beginning with those of progress, until a quarter is free again.
    pub fn push(&mut self, at: Timestamp, what: Happening, bounds: Bounds) {
        let seq = self.last().saturating_add(1);
        let log = self.0.get_or_insert_default();
        log.partials = log.partials.saturating_add(usize::from(what.is_partial()));
        log.text_bytes = log.text_bytes.saturating_add(what.text_bytes());
        log.entries.push_back(Entry { seq, at, what });
        log.thin_out(bounds);
    }

    /// Adds that the task has come this far; a progress right before it that was not stored yet says
    /// that instead.
    pub fn push_progress(&mut self, at: Timestamp, progress: Progress, bounds: Bounds) {
        let what = Happening::Progress(progress);
        match self.unstored_progress() {
            Some(latest) => {
                latest.at = at;
                latest.what = what;
            }
            None => self.push(at, what, bounds),
        }
    }

    /// Notes that all of them are about to be stored; where many are in no page, they become one.
    pub fn settle(&mut self) {
        let Some(log) = &mut self.0 else {
            return;
        };
        log.stored = log.last();
        if log.is_thinned || log.is_page_full() {
            log.paged = log.stored;
            log.is_thinned = false;
        }
    }

    /// Returns the events after a number, for a store that keeps those before.
    #[must_use]
    pub fn after(&self, kept: u64) -> Self {
        let Some(log) = &self.0 else {
            return Self(None);
        };
        let entries = log.entries_from(kept.saturating_add(1)).cloned();
        Self(Some(Box::new(log.with_entries(entries.collect()))))
    }

    /// Returns these events with those before them that are kept as they were, up to a number.
    #[must_use]
    pub fn before_which(self, kept: u64, stored: Self) -> Self {
        let Self(Some(log)) = self else {
            return self;
        };
        let before = stored.0.map_or_else(VecDeque::new, |stored| stored.entries);
        let before = before.into_iter().take_while(|entry| entry.seq <= kept);
        let entries = before.chain(log.entries.iter().cloned()).collect();
        Self(Some(Box::new(log.with_entries(entries))))
    }

    /// Returns the number of the last event, stored or not.
    pub fn last(&self) -> u64 {
        self.0.as_ref().map_or(SUBMITTED, |log| log.last())
    }

    /// Returns the number up to which they are stored in pages of their own.
    pub fn paged(&self) -> u64 {
        self.0.as_ref().map_or(0, |log| log.paged)
    }

    /// Returns how many bytes of text are in them.
    pub fn text_bytes(&self) -> usize {
        self.0.as_ref().map_or(0, |log| log.text_bytes)
    }

    /// Returns all that are kept, stored or not, without the first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.0.iter().flat_map(|log| log.entries.iter())
    }

    /// Returns the stored ones from a number on, without the first.
    pub fn stored_from(&self, seq: u64) -> impl Iterator<Item = &Entry> {
        let log = self.0.iter();
        log.flat_map(move |log| {
            let entries = log.entries_from(seq);
            entries.take_while(|entry| entry.seq <= log.stored)
        })
    }

    /// Returns the log lines among them, stored or not.
    pub fn log_lines(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.entries().filter_map(|entry| match &entry.what {
            Happening::Log(line) => Some(&**line),
            _ => None,
        })
    }

    fn unstored_progress(&mut self) -> Option<&mut Entry> {
        let log = self.0.as_mut()?;
        let stored = log.stored;
        let last = log.entries.back_mut()?;
        (last.what.is_progress() && last.seq > stored).then_some(last)
    }
}

impl Log {
    /// Returns a log that is like this one, of other entries.
    fn with_entries(&self, entries: VecDeque<Entry>) -> Self {
        let all = || entries.iter().map(|entry| &entry.what);
        Self {
            paged: self.paged,
            stored: self.stored,
            is_thinned: self.is_thinned,
            partials: all().filter(|what| what.is_partial()).count(),
            text_bytes: all().map(Happening::text_bytes).sum(),
            entries,
        }
    }

    fn last(&self) -> u64 {
        self.entries.back().map_or(SUBMITTED, |entry| entry.seq)
    }

    fn entries_from(&self, seq: u64) -> impl Iterator<Item = &Entry> {
        let start = self.entries.partition_point(|entry| entry.seq < seq);
        self.entries.range(start..)
    }

    /// Returns whether there are so many that are not in pages that writing them time and again with the
    /// record would cost more than a page does.
    fn is_page_full(&self) -> bool {
        let (mut events, mut bytes) = (0_usize, 0_usize);
        for entry in self.entries_from(self.paged.saturating_add(1)) {
            events = events.saturating_add(1);
            bytes = bytes.saturating_add(entry.what.text_bytes());
        }
        events >= PAGE_EVENTS || bytes >= PAGE_BYTES
    }

    fn counted(&self) -> usize {
        self.entries.len().saturating_sub(self.partials)
    }

    fn thin_out(&mut self, bounds: Bounds) {
        if self.counted() <= bounds.events && self.text_bytes <= bounds.bytes {
            return;
        }
        let events = three_quarters(bounds.events);
        let bytes = three_quarters(bounds.bytes);
        let anything = usize::MAX;
        self.forget(Happening::is_progress, events, anything);
        self.forget(|what| !what.is_partial(), events, bytes);
    }

    /// Forgets such events, the oldest first and never the last, until so many are left.
    fn forget(&mut self, such: impl Fn(&Happening) -> bool, events: usize, bytes: usize) {
        let (last, before) = (self.last(), self.entries.len());
        let (mut left, mut left_bytes) = (self.counted(), self.text_bytes);
        self.entries.retain(|entry| {
            let is_over = left > events || left_bytes > bytes;
            if !is_over || entry.seq == last || !such(&entry.what) {
                return true;
            }
            left = left.saturating_sub(1);
            left_bytes = left_bytes.saturating_sub(entry.what.text_bytes());
            false
        });
        self.text_bytes = left_bytes;
        if self.entries.len() < before {
            self.paged = 0;
            self.is_thinned = true;
        }
    }
}

impl Serialize for Events {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entries: Vec<_> = self.entries().collect();
        (self.paged(), entries).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Events {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (paged, entries): (u64, Vec<Entry>) = Deserialize::deserialize(deserializer)?;
        let (in_pages, tail) = entries.into_iter().partition(|entry| entry.seq <= paged);
        Ok(Self::restore(in_pages, tail))
    }
}

const fn three_quarters(of: usize) -> usize {
    of.saturating_sub(of / 4)
}

/// The number of the first event, that the task was accepted.
const SUBMITTED: u64 = 1;

/// How many events make a page.
const PAGE_EVENTS: usize = 32;

/// How many bytes of text make a page.
const PAGE_BYTES: usize = 4_096;
