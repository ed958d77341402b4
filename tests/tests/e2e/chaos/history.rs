//! What has happened, from every side, and what of it must not have.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use task_queue::model::{TaskId, TaskStatus};
use tests::diary::{Note, Receipt, Step};

use super::found::Found;
use super::load::Said;

/// What everybody has to say.
pub(super) struct History {
    /// What the clients were told.
    pub(super) said: Said,
    /// What the workers wrote down, in the order of time.
    pub(super) notes: Vec<Note>,
    /// What the queue says in the end.
    pub(super) found: Vec<Found>,
}

/// Something that must not have happened.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Violation {
    /// A task was accepted, and is not there.
    Lost { n: u64, id: TaskId },
    /// A task is there that nobody has submitted.
    Invented { n: u64 },
    /// There are two of it.
    Twice { n: u64 },
    /// It was told to be ended more than once, or not at all.
    Ended { n: u64, times: usize },
    /// It has not succeeded, as each can.
    NotCompleted { n: u64, why: Option<String> },
    /// Its result is not what it has to be.
    WrongResult { n: u64, result: Option<Value> },
    /// Its result is one that no attempt has reported.
    NotReported { n: u64, result: Option<Value> },
    /// Its result is that of an attempt after which another one began.
    NotTheLast { recorded: Receipt, later: u64 },
    /// Two attempts had one number.
    SameNumber { one: Receipt, other: Receipt },
    /// An attempt has written something although a later one had begun before.
    LateWrite { by: Receipt, later: u64 },
    /// What is left in the storage is not of the attempt whose result is recorded.
    LeftByAnother {
        recorded: Receipt,
        object: Option<Value>,
    },
    /// Two holders of a lock have one token.
    SameToken { key: String, token: u64 },
    /// A write under a lock was done although one of a later holder was before.
    LateGuarded { key: String, token: u64, later: u64 },
}

impl History {
    /// Says how much there was to check.
    pub(super) fn summary(&self) -> String {
        let count =
            |wanted: fn(&Step) -> bool| self.notes.iter().filter(|note| wanted(&note.step)).count();
        let begun = count(|step| *step == Step::Begun);
        let refused = count(|step| matches!(step, Step::Refused { .. }));
        let again = self
            .notes
            .iter()
            .filter(|note| note.step == Step::Begun && note.by.epoch > 1);
        format!(
            "{} accepted, {} in doubt, {} found; {begun} attempts, {} of them not the first; {refused} refusals",
            self.said.accepted.len(),
            self.said.doubtful.len(),
            self.found.len(),
            again.count(),
        )
    }
}

/// Returns everything that must not have happened.
pub(super) fn violations(history: &History) -> Vec<Violation> {
    let mut all = of_submissions(history);
    all.extend(of_attempts(&history.notes));
    all.extend(of_locks(&history.notes));
    let diary = Reported::by(&history.notes);
    for task in &history.found {
        all.extend(of_end(task, &diary));
    }
    all
}

/// What was accepted is there, once, and nothing else.
fn of_submissions(history: &History) -> Vec<Violation> {
    let said = &history.said;
    let mut all = Vec::new();
    let mut seen = BTreeSet::new();
    for task in &history.found {
        let n = task.n;
        if !seen.insert(n) {
            all.push(Violation::Twice { n });
        }
        let known = said.accepted.get(&n).is_some_and(|id| *id == task.id);
        if !known && !said.doubtful.contains(&n) {
            all.push(Violation::Invented { n });
        }
    }
    let there: BTreeSet<_> = history.found.iter().map(|task| task.id).collect();
    let lost = said.accepted.iter().filter(|(_, id)| !there.contains(id));
    all.extend(lost.map(|(&n, &id)| Violation::Lost { n, id }));
    all
}

/// What the diaries say of each task.
#[derive(Default)]
struct Reported {
    done: BTreeSet<Receipt>,
    last: BTreeMap<u64, u64>,
}

impl Reported {
    fn by(notes: &[Note]) -> Self {
        let mut reported = Self::default();
        for note in notes {
            match note.step {
                Step::Done => drop(reported.done.insert(note.by.clone())),
                Step::Begun => {
                    let last = reported.last.entry(note.by.n).or_default();
                    *last = note.by.epoch.max(*last);
                }
                _ => {}
            }
        }
        reported
    }
}

/// A task is completed once, with the result of its last attempt, which has written last.
fn of_end(task: &Found, diary: &Reported) -> Option<Violation> {
    let (n, result) = (task.n, task.result.clone());
    if task.completions != 1 {
        return Some(Violation::Ended {
            n,
            times: task.completions,
        });
    }
    if task.status != TaskStatus::Completed {
        return Some(Violation::NotCompleted {
            n,
            why: task.error.clone(),
        });
    }
    if let Some(expected) = &task.expected {
        return (result.as_ref() != Some(expected)).then_some(Violation::WrongResult { n, result });
    }
    let recorded = result
        .clone()
        .and_then(|result| serde_json::from_value::<Receipt>(result).ok());
    let Some(recorded) = recorded.filter(|receipt| receipt.n == n && diary.done.contains(receipt))
    else {
        return Some(Violation::NotReported { n, result });
    };
    let later = diary.last.get(&n).copied().unwrap_or_default();
    if later > recorded.epoch {
        return Some(Violation::NotTheLast { recorded, later });
    }
    let object = task.object.clone();
    (object != result).then_some(Violation::LeftByAnother { recorded, object })
}

/// Each attempt has a number of its own, and writes nothing once another one has begun.
fn of_attempts(notes: &[Note]) -> Vec<Violation> {
    let mut all = Vec::new();
    let mut begun = BTreeMap::<(u64, u64), &Receipt>::new();
    let mut latest = BTreeMap::<u64, u64>::new();
    // Those that are about to write too late, with the attempt that is before them.
    let mut late = BTreeMap::<&Receipt, u64>::new();
    for Note { by, step, .. } in notes {
        let last = latest.entry(by.n).or_default();
        match step {
            Step::Begun => {
                *last = by.epoch.max(*last);
                if let Some(&one) = begun.get(&(by.n, by.epoch)) {
                    let (one, other) = (one.clone(), by.clone());
                    all.push(Violation::SameNumber { one, other });
                }
                begun.insert((by.n, by.epoch), by);
            }
            Step::Writing if by.epoch < *last => drop(late.insert(by, *last)),
            // What was asked for in time may be answered late.
            Step::Writing => drop(late.remove(by)),
            Step::Written => {
                if let Some(later) = late.remove(by) {
                    all.push(Violation::LateWrite {
                        by: by.clone(),
                        later,
                    });
                }
            }
            _ => {}
        }
    }
    all
}

/// Each holder of a lock has a token of its own, and writes nothing under it once a later holder has.
fn of_locks(notes: &[Note]) -> Vec<Violation> {
    let mut all = Vec::new();
    let mut held = BTreeSet::new();
    let mut highest = BTreeMap::<&String, u64>::new();
    let mut late = BTreeMap::new();
    for Note { step, .. } in notes {
        match step {
            Step::Locked { key, token } if !held.insert((key, token)) => {
                let (key, token) = (key.clone(), *token);
                all.push(Violation::SameToken { key, token });
            }
            Step::Guarding { key, token } => {
                let later = highest.get(key).copied().unwrap_or_default();
                if later > *token {
                    late.insert((key, token), later);
                }
            }
            Step::Guarded { key, token } => {
                let highest = highest.entry(key).or_default();
                *highest = (*highest).max(*token);
                if let Some(later) = late.remove(&(key, token)) {
                    let (key, token) = (key.clone(), *token);
                    all.push(Violation::LateGuarded { key, token, later });
                }
            }
            _ => {}
        }
    }
    all
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod cases;
