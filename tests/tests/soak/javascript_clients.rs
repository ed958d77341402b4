//! JavaScript clients against this implementation's target, which is a process of its own.

use std::process::Command;
use std::time::Duration;

use tests::{Node, Process, interop_target};

use super::memory::Memory;
use super::support::{alone, done, duration, heap, report};

#[test]
fn javascript_clients_leave_nothing_behind() {
    let Some(node) = Node::for_test() else { return };
    let _alone = alone();
    let program = interop_target().unwrap_or_else(|error| panic!("{error}"));
    let mut server = Process::spawn(&mut Command::new(program)).unwrap();
    let url = server.line_after("listening on ", LIMIT).unwrap();
    let seconds = duration().as_secs().to_string();
    let mut client = node
        .measured_program("soak/client.mjs", &[&url, &seconds])
        .unwrap();
    let mut resident = Memory::new("resident in the Rust server:");
    let end = resident
        .sampled(server.id(), || client.finish(duration() + LIMIT))
        .unwrap();
    assert!(end.status.success(), "{}", end.stderr);
    assert!(end.lines.iter().any(|line| line == "settled"), "{end:?}");
    let heap = heap("alive in the JavaScript clients:", &end.lines);
    let memory = [resident, heap];
    report("JavaScript clients", &done(&end.lines), &memory);
    memory.iter().for_each(Memory::assert_flat);
}

const LIMIT: Duration = Duration::from_mins(1);
