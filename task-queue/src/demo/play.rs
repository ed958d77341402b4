//! The demonstration from the first scenario to the verdict.

use std::io::{self, Write};

use crate::demo::scenario::{Record, Scenario};
use crate::demo::scenarios::SCENARIOS;
use crate::demo::stage::show_title;

/// How the demonstration went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Every step of every scenario has passed.
    Passed,
    /// A step has failed.
    Failed,
}

/// Plays every scenario against servers of its own, on free ports of this machine and in temporary
/// directories, and shows each step on `out`, and a summary at the end.
///
/// A step that fails ends its scenario; the others are played all the same.
pub async fn play(out: &mut (dyn Write + Send)) -> io::Result<Verdict> {
    play_all(&SCENARIOS, out).await
}

async fn play_all(scenarios: &[Scenario], out: &mut (dyn Write + Send)) -> io::Result<Verdict> {
    show_title(out, "  DISTRIBUTED TASK QUEUE - COMPREHENSIVE TEST SUITE")?;
    let mut records = Vec::new();
    for (number, scenario) in (1..).zip(scenarios) {
        records.push(scenario.perform(number, out).await?);
    }
    sum_up(&records, out)
}

fn sum_up(records: &[Record], out: &mut dyn Write) -> io::Result<Verdict> {
    show_title(out, "  SUMMARY")?;
    for record in records {
        let (number, title, steps) = (record.number, record.title, record.steps);
        writeln!(
            out,
            "  {number:>2}  {title:<44}{steps:>3} steps  {}",
            record.mark()
        )?;
    }
    let passed = records.iter().filter(|record| record.passed).count();
    writeln!(out, "\n  {passed} of {} tests passed", records.len())?;
    out.flush()?;
    Ok(if passed == records.len() {
        Verdict::Passed
    } else {
        Verdict::Failed
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::expect::equal;
    use crate::demo::stage::{Played, Stage};

    async fn good(stage: &mut Stage<'_>) -> Played {
        stage.step("One is one", async { equal(1, 1) }).await
    }

    async fn bad(stage: &mut Stage<'_>) -> Played {
        stage.step("One is two", async { equal(1, 2) }).await?;
        stage.step("Nobody comes here", async { Ok(()) }).await
    }

    const GOOD: Scenario = Scenario {
        title: "Good",
        play: |stage| Box::pin(good(stage)),
    };
    const BAD: Scenario = Scenario {
        title: "Bad",
        play: |stage| Box::pin(bad(stage)),
    };

    async fn shown(scenarios: &[Scenario]) -> (Verdict, String) {
        let mut out = Vec::new();
        let verdict = play_all(scenarios, &mut out).await.unwrap();
        (verdict, String::from_utf8(out).unwrap())
    }

    #[tokio::test]
    async fn a_failed_step_ends_its_scenario_and_no_other_and_is_the_verdict() {
        let (verdict, text) = shown(&[GOOD, BAD, GOOD]).await;
        assert_eq!(verdict, Verdict::Failed);
        assert!(text.contains("  ✗ One is two: 1 instead of 2\n  ❌ TEST 2 FAILED\n"));
        assert!(!text.contains("Nobody comes here"));
        assert!(text.contains("  ✅ TEST 3 PASSED\n"));
        assert!(text.ends_with("\n  2 of 3 tests passed\n"), "{text}");
    }

    #[tokio::test]
    async fn all_passed_is_the_other_verdict() {
        let (verdict, text) = shown(&[GOOD, GOOD]).await;
        assert_eq!(verdict, Verdict::Passed);
        assert!(text.contains("TEST 1: Good\n"));
        assert!(text.ends_with("\n  2 of 2 tests passed\n"), "{text}");
    }
}
