//! What is done to the disk, step by step: a loss of power may undo whatever was not synced after it.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use crate::sturdy::key;

/// Writes to a file. It is not on the disk yet.
pub(super) fn write(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    note(Step::Written);
    file.write_all(bytes)
}

/// Waits until what was written to a file is on the disk, and can be read from it.
pub(super) fn sync_content(file: &File) -> io::Result<()> {
    note(Step::Synced);
    file.sync_data()
}

/// Waits until a file is on the disk, with its length and all that is known of it.
pub(super) fn sync(file: &File) -> io::Result<()> {
    note(Step::Synced);
    file.sync_all()
}

/// Puts a file in the place of another. After a loss of power it may be either.
pub(super) fn rename(file: &Path, name: &Path) -> io::Result<()> {
    note(Step::Renamed);
    fs::rename(file, name)
}

/// Waits until the names beside a file are on the disk, and its own.
pub(super) fn sync_names(file: &Path) -> io::Result<()> {
    note(Step::NamesSynced);
    key::sync_directory(file)
}

/// A step, as tests see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Written,
    Synced,
    Renamed,
    NamesSynced,
}

#[cfg(not(test))]
const fn note(_: Step) {}

#[cfg(test)]
fn note(step: Step) {
    STEPS.with_borrow_mut(|steps| steps.push(step));
}

#[cfg(test)]
thread_local! {
    /// What this thread has done, in order.
    pub(super) static STEPS: std::cell::RefCell<Vec<Step>> = const { std::cell::RefCell::new(Vec::new()) };
}
