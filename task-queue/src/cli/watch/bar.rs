//! One line at the bottom of a terminal that says how far a task is.

use std::io::{self, Write};

/// One line at the bottom of a terminal that says how far a task is.
///
/// It is made by hand: all it takes is to go back to the beginning of the line and to clear it.
pub(super) struct Bar {
    /// Nothing is shown while nobody works on the task.
    progress: Option<f64>,
    attempt: u64,
}

impl Bar {
    pub(super) const fn new() -> Self {
        Self {
            progress: None,
            attempt: 0,
        }
    }

    /// Shows that an attempt goes on from there.
    pub(super) fn attempt(
        &mut self,
        out: &mut dyn Write,
        attempt: u64,
        progress: f64,
    ) -> io::Result<()> {
        self.attempt = attempt;
        self.progress(out, progress)
    }

    /// Shows how far the task is.
    pub(super) fn progress(&mut self, out: &mut dyn Write, progress: f64) -> io::Result<()> {
        self.progress = Some(progress);
        write!(out, "{CLEAR}")?;
        self.draw(out)
    }

    /// Writes a line above the bar.
    pub(super) fn line(&mut self, out: &mut dyn Write, text: &str) -> io::Result<()> {
        if self.progress.is_none() {
            return writeln!(out, "{text}");
        }
        writeln!(out, "{CLEAR}{text}")?;
        write!(out, "{CLEAR}")?;
        self.draw(out)
    }

    /// Takes the bar away.
    pub(super) fn clear(&mut self, out: &mut dyn Write) -> io::Result<()> {
        match self.progress.take() {
            Some(_) => write!(out, "{CLEAR}"),
            None => Ok(()),
        }
    }

    fn draw(&self, out: &mut dyn Write) -> io::Result<()> {
        let Some(progress) = self.progress else {
            return Ok(());
        };
        let is_done = |place: u8| progress * f64::from(WIDTH) >= f64::from(place);
        let done = (1..=WIDTH).map(|place| if is_done(place) { '█' } else { '░' });
        let done: String = done.collect();
        let percent = progress * 100.0;
        write!(out, "{done} {percent:>3.0} %")?;
        match self.attempt {
            0 | 1 => Ok(()),
            attempt => write!(out, "  attempt {attempt}"),
        }
    }
}

/// Goes to the beginning of the line, and clears it.
const CLEAR: &str = "\r\u{1b}[K";

/// How many characters a full bar has.
const WIDTH: u8 = 30;
