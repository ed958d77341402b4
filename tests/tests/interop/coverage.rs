//! Every form of the protocol goes both ways, in both roles: what the tests beside this one do not
//! make cross the wire, they do not prove.

use std::collections::BTreeSet;

use tests::SCENARIOS;

#[cfg(unix)]
use super::rust_to_js::exchange_everything;
use super::support::{node, runtime, serving};
use super::target::{Main, TargetStub};

#[test]
fn every_form_goes_both_ways_with_a_javascript_client() {
    let Some(node) = node() else { return };
    let runtime = runtime();
    let url = runtime.block_on(serving(|_peer| TargetStub::new(Main::default())));
    let (mut sent, mut received) = (BTreeSet::new(), BTreeSet::new());
    for scenario in SCENARIOS {
        let passed = scenario.run(&node, &url);
        let passed = passed.unwrap_or_else(|error| panic!("{error}"));
        sent.extend(passed.sent);
        received.extend(passed.received);
    }
    assert_forms(&sent, "from JavaScript", &[]);
    // The target has nothing of its own that one of its mappers captures.
    assert_forms(&received, "to JavaScript", &["capture export"]);
}

#[cfg(unix)] // elsewhere nobody can have the target stop and tell
#[test]
fn every_form_goes_both_ways_with_a_rust_client() {
    let Some(node) = node() else { return };
    let lines = exchange_everything(&node);
    let forms = |way: &str| -> BTreeSet<String> {
        let forms = lines.iter().filter_map(|line| line.strip_prefix(way));
        forms.map(str::to_owned).collect()
    };
    assert_forms(&forms("received "), "to JavaScript", &[]);
    assert_forms(&forms("sent "), "from JavaScript", &["capture export"]);
}

/// Checks that all forms were seen, but for those that this role has no occasion for, and that no
/// others were: the list is complete.
fn assert_forms(seen: &BTreeSet<String>, way: &str, without: &[&str]) {
    let expected: BTreeSet<&str> = FORMS.iter().copied().collect();
    let seen: BTreeSet<&str> = seen.iter().map(String::as_str).collect();
    let missing: Vec<_> = expected.difference(&seen).copied().collect();
    assert_eq!(missing, without, "forms that did not go {way}");
    let unknown: Vec<_> = seen
        .difference(&expected)
        .filter(|form| !is_own_name(form))
        .collect();
    assert!(unknown.is_empty(), "forms that nobody lists: {unknown:?}");
}

/// Tells whether a form is an error with a name that its program has made up.
fn is_own_name(form: &str) -> bool {
    form.strip_prefix("error ")
        .is_some_and(|name| name == "OutOfCheese")
}

/// Messages and expressions, as `tests/js/wire.mjs` names them.
const FORMS: &[&str] = &[
    "abort",
    "pipe",
    "pull",
    "push",
    "reject",
    "release",
    "resolve",
    "stream",
    "-inf",
    "array",
    "bigint",
    "blob",
    "boolean",
    "bytes",
    "bytes ArrayBuffer",
    "bytes BigInt64Array",
    "bytes BigUint64Array",
    "bytes DataView",
    "bytes Float32Array",
    "bytes Float64Array",
    "bytes Int16Array",
    "bytes Int32Array",
    "bytes Int8Array",
    "bytes Uint16Array",
    "bytes Uint32Array",
    "bytes Uint8ClampedArray",
    "capture export",
    "capture import",
    "date",
    "error AggregateError",
    "error Error",
    "error EvalError",
    "error RangeError",
    "error ReferenceError",
    "error SyntaxError",
    "error TypeError",
    "error URIError",
    "error with properties",
    "export",
    "headers",
    "import",
    "inf",
    "nan",
    "no date",
    "null",
    "number",
    "object",
    "pipeline",
    "pipeline with arguments",
    "promise",
    "readable",
    "remap",
    "remap in a remap",
    "request",
    "request with a body",
    "response",
    "response with a body",
    "string",
    "undefined",
    "url",
    "writable",
];
