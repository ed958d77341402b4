//! The checker finds what it is there to find.

use serde_json::json;
use task_queue::model::TaskStatus;

use super::*;

const fn id(number: u8) -> TaskId {
    TaskId::of_bits(number as u128)
}

fn receipt(epoch: u64) -> Receipt {
    Receipt {
        n: 1,
        epoch,
        mark: 70 + epoch,
    }
}

/// A task that was taken from its first worker, and done by a second one.
fn good() -> History {
    let object = Some(json!(receipt(2)));
    let task = Found {
        id: id(1),
        n: 1,
        status: TaskStatus::Completed,
        result: object.clone(),
        error: None,
        expected: None,
        object,
        completions: 1,
    };
    let steps = [
        (1, Step::Begun),
        (1, Step::Writing),
        (2, Step::Begun),
        (1, Step::Written),
        (1, Step::Writing),
        (
            1,
            Step::Refused {
                why: "it has ended".to_owned(),
            },
        ),
        (2, locked(5)),
        (2, guarding(5)),
        (2, guarded(5)),
        (2, Step::Writing),
        (2, Step::Written),
        (2, Step::Done),
    ];
    History {
        said: Said {
            accepted: [(1, id(1))].into(),
            ..Said::default()
        },
        notes: steps.map(|(epoch, step)| note(epoch, step)).into(),
        found: vec![task],
    }
}

fn note(epoch: u64, step: Step) -> Note {
    Note {
        at: 0,
        by: receipt(epoch),
        step,
    }
}

fn locked(token: u64) -> Step {
    Step::Locked {
        key: "k".to_owned(),
        token,
    }
}

fn guarding(token: u64) -> Step {
    Step::Guarding {
        key: "k".to_owned(),
        token,
    }
}

fn guarded(token: u64) -> Step {
    Step::Guarded {
        key: "k".to_owned(),
        token,
    }
}

/// Returns what is found when the good history is changed.
fn with(change: impl FnOnce(&mut History)) -> Vec<Violation> {
    let mut history = good();
    change(&mut history);
    violations(&history)
}

#[test]
fn of_a_good_history_there_is_nothing_to_say() {
    assert_eq!(violations(&good()), []);
}

#[test]
fn what_was_accepted_is_there_once_and_nothing_else() {
    let lost = with(|history| history.found.clear());
    assert_eq!(lost, [Violation::Lost { n: 1, id: id(1) }]);
    let invented = with(|history| history.said.accepted.clear());
    assert_eq!(invented, [Violation::Invented { n: 1 }]);
    let doubtful = with(|history| {
        history.said = Said {
            doubtful: [1].into(),
            ..Said::default()
        };
    });
    assert_eq!(doubtful, []);
    let twice = with(|history| {
        let other = Found {
            id: id(2),
            ..history.found[0].clone()
        };
        history.found.push(other);
    });
    assert_eq!(
        twice,
        [Violation::Twice { n: 1 }, Violation::Invented { n: 1 }]
    );
}

#[test]
fn a_task_ends_once_with_what_its_last_attempt_reported() {
    let ended = with(|history| history.found[0].completions = 2);
    assert_eq!(ended, [Violation::Ended { n: 1, times: 2 }]);
    let failed = with(|history| history.found[0].status = TaskStatus::Failed);
    assert_eq!(failed, [Violation::NotCompleted { n: 1, why: None }]);
    let stale = Some(json!(receipt(1)));
    let unheard = with(|history| history.found[0].result.clone_from(&stale));
    assert_eq!(
        unheard,
        [Violation::NotReported {
            n: 1,
            result: stale.clone()
        }]
    );
    let heard = with(|history| {
        history.notes.push(note(1, Step::Done));
        history.found[0].result.clone_from(&stale);
    });
    let (recorded, later) = (receipt(1), 2);
    assert_eq!(heard, [Violation::NotTheLast { recorded, later }]);
    let wrong = with(|history| history.found[0].expected = Some(json!(7)));
    let result = Some(json!(receipt(2)));
    assert_eq!(wrong, [Violation::WrongResult { n: 1, result }]);
}

#[test]
fn a_stale_attempt_writes_nothing() {
    let (by, later) = (receipt(1), 2);
    let written = with(|history| history.notes[5].step = Step::Written);
    assert_eq!(written, [Violation::LateWrite { by, later }]);
    let object = Some(json!(receipt(1)));
    let left = with(|history| history.found[0].object.clone_from(&object));
    let recorded = receipt(2);
    assert_eq!(left, [Violation::LeftByAnother { recorded, object }]);
    let again = with(|history| {
        history.notes[2].by.mark += 1;
        history.notes.insert(0, note(2, Step::Begun));
    });
    let number = |violation: &Violation| matches!(violation, Violation::SameNumber { .. });
    assert!(again.iter().any(number), "{again:?}");
}

#[test]
fn a_lock_has_one_holder_and_tokens_do_not_go_back() {
    let same = with(|history| history.notes.push(note(2, locked(5))));
    let key = "k".to_owned();
    assert_eq!(
        same,
        [Violation::SameToken {
            key: key.clone(),
            token: 5
        }]
    );
    let late = with(|history| {
        history
            .notes
            .extend([guarding(4), guarded(4)].map(|step| note(1, step)));
    });
    assert_eq!(
        late,
        [Violation::LateGuarded {
            key,
            token: 4,
            later: 5
        }]
    );
}
