//! The transcripts of the runtime, against what two peers of npm `capnweb` really say.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use tests::{root, source_files};

use super::support::node;

/// A transcript that no peer would speak proves nothing, however well ours does.
#[test]
fn npm_peers_say_what_the_transcripts_say() {
    let Some(node) = node() else { return };
    let recordable: Vec<PathBuf> = transcripts()
        .into_iter()
        .filter(|path| !text(path).lines().any(|line| line.starts_with("= npm ")))
        .collect();
    assert!(recordable.len() > 10, "hardly any transcripts to record");
    let mut arguments = Vec::new();
    arguments.extend(recordable.iter().filter_map(|path| path.to_str()));
    let mut process = node.program("record.mjs", &arguments).unwrap();
    let end = process.finish(LIMIT).unwrap();
    assert!(end.status.success(), "{}", end.stderr);
    let recorded = end.lines.join("\n");
    for path in &recordable {
        let begin = format!("== {}\n", path.display());
        let (_, after) = recorded
            .split_once(&begin)
            .unwrap_or_else(|| panic!("no {}", path.display()));
        let conversation = after.split("\n== ").next().unwrap_or_default();
        assert_eq!(
            conversation.trim_end(),
            text(path).trim_end(),
            "{}: record it again, or say how npm differs",
            path.display()
        );
    }
}

fn transcripts() -> Vec<PathBuf> {
    let directory = root().join("capnweb-runtime/transcripts");
    let mut files = source_files(&directory).expect("the transcripts can be listed");
    files.retain(|path| path.extension().is_some_and(|end| end == "txt"));
    files
}

fn text(path: &PathBuf) -> String {
    fs::read_to_string(path).expect("a transcript is text")
}

const LIMIT: Duration = Duration::from_mins(1);
