//! Events as lines: of JSON, of words, or of words above a bar.

use std::io::{self, Write};

use serde_json::Value;

use super::bar::Bar;
use crate::caps::{Event, EventKind};
use crate::cli::client::Out;
use crate::cli::error::RunError;
use crate::cli::words::{plain, time_of_day};
use crate::model::Timestamp;

/// Where events are shown, and how.
pub(super) struct View<'a> {
    out: Out<'a>,
    manner: Manner,
}

/// How events are shown.
pub(super) enum Manner {
    Json,
    Lines,
    /// On a terminal: what has happened, and below it how far it is.
    Bar(Bar),
}

impl<'a> View<'a> {
    pub(super) const fn new(manner: Manner, out: Out<'a>) -> Self {
        Self { out, manner }
    }

    /// Shows an event, at once.
    pub(super) fn show(&mut self, event: &Event) -> Result<(), RunError> {
        let shown = match &mut self.manner {
            Manner::Json => json(self.out, event),
            Manner::Lines => writeln!(self.out, "{}", line(event)),
            Manner::Bar(bar) => show_with(bar, self.out, event),
        };
        self.finish(shown)
    }

    /// Says something about the watching itself.
    pub(super) fn note(&mut self, text: &str) -> Result<(), RunError> {
        let text = plain(text);
        let said = match &mut self.manner {
            Manner::Bar(bar) => bar.line(self.out, &text),
            // What somebody reads who wants the events only is left alone.
            Manner::Json | Manner::Lines => writeln!(io::stderr(), "task-queue: {text}"),
        };
        self.finish(said)
    }

    /// Leaves the terminal as it was.
    pub(super) fn close(&mut self) -> Result<(), RunError> {
        let closed = match &mut self.manner {
            Manner::Bar(bar) => bar.clear(self.out),
            Manner::Json | Manner::Lines => Ok(()),
        };
        self.finish(closed)
    }

    fn finish(&mut self, shown: io::Result<()>) -> Result<(), RunError> {
        let flushed = shown.and_then(|()| self.out.flush());
        flushed.map_err(RunError::Output)
    }
}

fn json(out: &mut dyn Write, event: &Event) -> io::Result<()> {
    let text = serde_json::to_string(event).map_err(io::Error::from)?;
    writeln!(out, "{text}")
}

fn show_with(bar: &mut Bar, out: &mut dyn Write, event: &Event) -> io::Result<()> {
    match event.what {
        EventKind::Progress { progress } => bar.progress(out, progress),
        EventKind::Started {
            attempt, progress, ..
        } => {
            bar.line(out, &line(event))?;
            bar.attempt(out, attempt, progress)
        }
        EventKind::Ended { .. } => {
            bar.clear(out)?;
            bar.line(out, &line(event))
        }
        _ => bar.line(out, &line(event)),
    }
}

/// Returns the event in words, of which none can do anything to a terminal.
fn line(event: &Event) -> String {
    let (at, what) = (time_of_day(event.at), words(&event.what));
    format!("{at}  {:>5}  {}", event.seq, plain(&what))
}

fn words(what: &EventKind) -> String {
    match what {
        EventKind::Submitted => "submitted".to_owned(),
        EventKind::Status {
            status,
            until,
            error,
        } => {
            let until = until.map(|at: Timestamp| format!(" until {}", time_of_day(at)));
            let error = error.as_deref().map(|error| format!(": {error}"));
            format!(
                "{status}{}{}",
                until.unwrap_or_default(),
                error.unwrap_or_default()
            )
        }
        EventKind::Started {
            attempt, worker, ..
        } => format!("attempt {attempt} started on {worker}"),
        EventKind::Ended { attempt, why, .. } => {
            format!("attempt {attempt} ended: {}", name(&serde_json::json!(why)))
        }
        EventKind::Progress { progress } => format!("{:.0} %", progress * 100.0),
        EventKind::Log { text } => format!("log: {text}"),
        EventKind::Partial { index, value } => format!("part {index}: {}", short(value)),
        EventKind::Checkpoint => "checkpoint saved".to_owned(),
        EventKind::Completed { result } => format!("completed: {}", short(result)),
        EventKind::Failed { error } => format!("failed: {error}"),
        EventKind::Cancelled => "cancelled".to_owned(),
        EventKind::Gap { events } => format!("({events} events are forgotten)"),
    }
}

/// Returns a reason in the words it has on the wire.
fn name(reason: &Value) -> String {
    reason.as_str().unwrap_or_default().replace('_', " ")
}

/// Returns a value as JSON, of a long one the beginning.
fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// How many characters of a value are shown.
const SHOWN: usize = 200;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::TaskStatus;

    fn event(seq: u64, what: EventKind) -> Event {
        let at = Timestamp::from_millis(86_400_000 + 3_723_004);
        Event { seq, at, what }
    }

    fn shown(manner: Manner, events: &[Event]) -> String {
        let mut out = Vec::new();
        let mut view = View::new(manner, &mut out);
        for event in events {
            view.show(event).unwrap();
        }
        view.close().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn lines_say_when_and_what() {
        let error = Some("no".to_owned());
        let status = EventKind::Status {
            status: TaskStatus::Retrying,
            until: Some(Timestamp::from_millis(1)),
            error,
        };
        let long = EventKind::Partial {
            index: 3,
            value: json!("ä".repeat(500)),
        };
        let events = [event(1, status), event(20, long)];
        let text = shown(Manner::Lines, &events);
        let mut lines = text.lines();
        let first = "01:02:03.004      1  retrying until 00:00:00.001: no";
        assert_eq!(lines.next(), Some(first));
        let second = lines.next().unwrap();
        assert!(second.starts_with("01:02:03.004     20  part 3: \"ää"));
        assert!(second.ends_with('…') && second.chars().count() < 240);
    }

    #[test]
    fn json_is_one_object_a_line_as_on_the_wire() {
        let end = EventKind::Completed { result: json!(7) };
        let text = shown(Manner::Json, &[event(9, end)]);
        let value: Value = serde_json::from_str(&text).unwrap();
        let expected = json!({"seq": 9, "at": 90_123_004, "type": "completed", "result": 7});
        assert_eq!(value, expected);
    }

    /// The fault: a worker that writes to the terminal of whoever watches it.
    #[test]
    fn what_a_task_says_cannot_move_the_cursor() {
        for manner in [Manner::Lines, Manner::Bar(Bar::new())] {
            let text = "\u{1b}[2J\u{7}gone\rover\u{9b}31m\nnext".to_owned();
            let text = shown(manner, &[event(1, EventKind::Log { text })]);
            assert!(!text.contains("\u{1b}[2J") && !text.contains(['\u{7}', '\u{9b}']));
            assert!(text.contains("gone") && text.contains("over"), "{text}");
            assert_eq!(text.matches('\n').count(), 1);
        }
    }

    #[test]
    fn a_bar_stays_below_what_has_happened() {
        let progress = |progress| EventKind::Progress { progress };
        let log = EventKind::Log {
            text: "half".to_owned(),
        };
        let events = [
            event(1, progress(0.25)),
            event(2, log),
            event(3, progress(0.5)),
        ];
        let text = shown(Manner::Bar(Bar::new()), &events);
        let drawn: Vec<_> = text.split("\r\u{1b}[K").collect();
        assert!(drawn[1].contains("25 %") && !drawn[1].contains('\n'));
        assert!(drawn[2].contains("log: half\n"), "{drawn:?}");
        assert!(drawn[3].contains("25 %"), "it is drawn again below");
        assert!(drawn[4].contains("50 %"));
        assert_eq!(drawn.last(), Some(&""), "it is gone in the end");
    }
}
