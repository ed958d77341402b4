//! The JavaScript client against the JavaScript target: proves the scenarios themselves.

use std::path::Path;
#[cfg(unix)]
use std::time::Duration;

use tests::{SCENARIOS, Scenario, ScenarioError, root, source_files};

use super::support::{node, prove};
use super::{js_through_rust, js_to_rust};

macro_rules! scenarios {
    ($($name:ident),* $(,)?) => {
        $(#[test]
        fn $name() {
            prove_scenario(stringify!($name));
        })*

        const PROVEN: &[&str] = &[$(stringify!($name)),*];
    };
}

scenarios!(
    batch,
    calls,
    pipelining,
    callbacks,
    capabilities,
    properties,
    errors,
    values,
    disposal,
    map,
    streams,
    endings
);

#[test]
fn every_scenario_file_is_listed_and_proven() {
    let files = source_files(&root().join("tests/js/scenarios")).unwrap();
    let mut written: Vec<&str> = files.iter().map(|path| stem(path)).collect();
    written.retain(|name| *name != "lib");
    let mut listed = SCENARIOS.map(|scenario| scenario.name);
    listed.sort_unstable();
    assert_eq!(
        written, listed,
        "files in tests/js/scenarios, and the list SCENARIOS"
    );
    for proven in [PROVEN, js_to_rust::PROVEN, js_through_rust::PROVEN] {
        let mut proven = proven.to_vec();
        proven.sort_unstable();
        assert_eq!(
            written, proven,
            "files in tests/js/scenarios, and the tests of them"
        );
    }
}

#[test]
fn a_failing_step_is_named() {
    let Some(node) = node() else { return };
    // Nothing listens there any more, so that the first step cannot pass.
    let (target, url) = node.target().unwrap();
    drop(target);
    let error = Scenario::named("calls")
        .unwrap()
        .run(&node, &url)
        .unwrap_err()
        .to_string();
    assert!(error.contains("failed a number comes back"), "{error}");
}

#[test]
fn a_step_too_few_is_noticed() {
    let Some(node) = node() else { return };
    let (_target, url) = node.target().unwrap();
    let calls = Scenario::named("calls").unwrap();
    let longer = Scenario {
        steps: calls.steps + 1,
        ..calls
    };
    let outcome = longer.run(&node, &url);
    assert!(
        matches!(outcome, Err(ScenarioError::Steps { .. })),
        "{outcome:?}"
    );
}

#[cfg(unix)]
#[test]
fn the_target_stops_when_it_is_told_to() {
    let Some(node) = node() else { return };
    let (mut target, _url) = node.target().unwrap();
    let end = target.terminate(Duration::from_secs(30)).unwrap();
    assert!(end.status.success(), "{end:?}");
    assert!(end.lines.is_empty(), "more than the one line: {end:?}");
}

fn prove_scenario(name: &str) {
    let Some(node) = node() else { return };
    let (_target, url) = node.target().unwrap_or_else(|error| panic!("{error}"));
    prove(&node, name, &url);
}

fn stem(path: &Path) -> &str {
    path.file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default()
}
