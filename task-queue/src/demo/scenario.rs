//! A scenario, and how it is played.

use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

use crate::demo::stage::{Played, Stage, show_title};
use crate::future::BoxFuture;

/// One thing the queue does, in steps.
#[derive(Clone, Copy)]
pub(super) struct Scenario {
    /// What is shown.
    pub(super) title: &'static str,
    /// How it is played.
    pub(super) play: for<'a, 'b> fn(&'a mut Stage<'b>) -> BoxFuture<'a, Played>,
}

/// How a scenario went.
#[derive(Debug)]
pub(super) struct Record {
    /// Its number, from 1.
    pub(super) number: usize,
    /// Its title.
    pub(super) title: &'static str,
    /// How many steps have passed.
    pub(super) steps: usize,
    /// Whether all of them have.
    pub(super) passed: bool,
}

impl Scenario {
    /// Plays it from beginning to end, or to its first step that fails.
    pub(super) async fn perform(
        self,
        number: usize,
        out: &mut (dyn Write + Send),
    ) -> io::Result<Record> {
        let title = self.title;
        show_title(out, &format!("TEST {number}: {title}"))?;
        let mut stage = Stage::new(out, STEP_LIMIT);
        let played = (self.play)(&mut stage).await;
        let steps = stage.clear().await;
        let record = Record {
            number,
            title,
            steps,
            passed: played.is_ok(),
        };
        writeln!(out, "  {} TEST {number} {}", record.mark(), record.word())?;
        out.flush()?;
        Ok(record)
    }
}

impl Record {
    /// Returns the sign of how it went.
    pub(super) const fn mark(&self) -> char {
        if self.passed { '✅' } else { '❌' }
    }

    const fn word(&self) -> &'static str {
        if self.passed { "PASSED" } else { "FAILED" }
    }
}

impl fmt::Debug for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Scenario").field(&self.title).finish()
    }
}

/// Far above what any step takes: one that has not ended by then hangs.
const STEP_LIMIT: Duration = Duration::from_secs(20);
