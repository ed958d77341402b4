//! The examples of the runtime print what they say they print.

use std::process::Command;

use tests::{Node, Process, example, root};

use crate::support::LIMIT;

/// The fault: documentation that shows what an example printed once.
#[test]
fn every_example_prints_what_its_header_shows() {
    for name in EXAMPLES {
        let end = run(name, &[]).finish(LIMIT).unwrap();
        assert!(end.status.success(), "{name}: {}", end.stderr);
        assert_eq!(end.lines, shown(name), "{name}");
    }
}

/// The fault: a page whose module does not understand the server it comes from.
#[test]
fn the_page_of_the_axum_example_works_with_the_library_it_serves() {
    let Some(node) = Node::for_test() else {
        return;
    };
    let mut command = Command::new(built("axum_page"));
    let library = root().join("tests/js/node_modules/capnweb/dist/index.js");
    command.arg("127.0.0.1:0").env("CAPNWEB_JS", library);
    let mut server = Process::spawn(&mut command).unwrap();
    let url = server.line_after("open ", LIMIT).unwrap();

    let mut page = node.program("axum-page.mjs", &[&url]).unwrap();
    let end = page.finish(LIMIT).unwrap();
    assert!(end.status.success(), "{}: {}", end.status, end.stderr);
    assert_eq!(end.lines, ["the page works"]);
}

fn run(name: &str, arguments: &[&str]) -> Process {
    let mut command = Command::new(built(name));
    Process::spawn(command.args(arguments)).unwrap()
}

fn built(name: &str) -> std::path::PathBuf {
    example(name).unwrap_or_else(|error| panic!("{error}"))
}

/// Returns the first block of output in an example's header.
fn shown(name: &str) -> Vec<String> {
    let path = root().join(format!("capnweb-runtime/examples/{name}.rs"));
    let source = std::fs::read_to_string(path).unwrap();
    let after = source.lines().skip_while(|line| *line != "//! ```text");
    let block = after.skip(1).take_while(|line| *line != "//! ```");
    let lines: Vec<String> = block
        .map(|line| line.trim_start_matches("//!").trim_start().to_owned())
        .collect();
    assert!(!lines.is_empty(), "{name} shows no output");
    lines
}

const EXAMPLES: [&str; 6] = [
    "batch",
    "callbacks",
    "error_types",
    "hello",
    "map",
    "streams",
];
