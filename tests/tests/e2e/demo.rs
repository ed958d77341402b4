//! `task-queue demo`: every scenario passes, and says so.

use crate::support::{LIMIT, start};

#[test]
fn the_demo_passes_every_test_and_leaves_nothing_behind() {
    let end = start(&["demo"]).finish(LIMIT).unwrap();
    let shown = end.lines.join("\n");
    assert!(
        end.status.success(),
        "{}:\n{shown}\n{}",
        end.status,
        end.stderr
    );
    assert!(!shown.contains('✗') && !shown.contains('❌'), "{shown}");
    let passed = end.lines.iter().filter(|line| line.ends_with(" PASSED"));
    assert_eq!(passed.count(), SCENARIOS, "{shown}");
    let verdict = format!("  {SCENARIOS} of {SCENARIOS} tests passed");
    assert_eq!(end.lines.last(), Some(&verdict), "{shown}");
    assert_eq!(end.stderr, "");
}

#[test]
fn the_demo_is_shown_as_the_seed_document_shows_it() {
    let end = start(&["demo"]).finish(LIMIT).unwrap();
    for line in [
        "  DISTRIBUTED TASK QUEUE - COMPREHENSIVE TEST SUITE",
        "TEST 1: Basic Task Submission and Execution",
        "  ✓ Task queue capability obtained",
        "  ✓ Task submitted and capability returned",
        "  ✓ Task info is correct",
        "  ✓ Worker executed task successfully",
        "  ✓ Task status updated to completed",
        "  ✅ TEST 1 PASSED",
        "TEST 2: Nested Capability Passing",
        "  ✓ Task has storage capability",
        "  ✓ Task has network capability",
        "  ✓ Worker used storage capability from task",
        "  ✓ Worker used network capability from task",
        "  ✓ Nested capabilities passed correctly",
        "  ✅ TEST 2 PASSED",
    ] {
        assert!(end.lines.iter().any(|shown| shown == line), "{line}");
    }
}

/// So many there are; a demo that plays fewer does not pass.
const SCENARIOS: usize = 25;
