//! The commands that ask a queue which is served elsewhere, as somebody at a terminal gives them.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{LIMIT, serve, start};

/// A server, and the options by which the commands find it.
struct Served {
    _server: tests::Process,
    url: String,
    access: String,
}

impl Served {
    fn start(data: &Path) -> Self {
        let (mut server, url) = serve(data, &[]);
        let access = server.line_after("Supervisor's link: ", LIMIT).unwrap();
        Self {
            _server: server,
            url,
            access,
        }
    }

    /// Gives a command; returns its exit code, and what it has said, or complained about.
    fn give(&self, command: &[&str]) -> (Option<i32>, String) {
        let mut arguments = command.to_vec();
        arguments.extend(["--url", &self.url, "--access", &self.access]);
        let end = start(&arguments).finish(LIMIT).unwrap();
        let said = end.lines.join("\n");
        (
            end.status.code(),
            if said.is_empty() { end.stderr } else { said },
        )
    }

    fn json(&self, command: &[&str]) -> Value {
        let mut arguments = command.to_vec();
        arguments.push("--json");
        let (code, said) = self.give(&arguments);
        assert_eq!(code, Some(0), "{said}");
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"))
    }
}

#[test]
fn a_task_is_submitted_looked_at_cancelled_and_tried_again() {
    let data = tempfile::tempdir().unwrap();
    let served = Served::start(data.path());
    let (code, id) = served.give(&["submit", "compute", r#"{"iterations": 3}"#]);
    assert_eq!(code, Some(0), "{id}");
    let other = served.json(&["submit", "io"])["id"]
        .as_str()
        .unwrap()
        .to_owned();

    let info = served.json(&["get", &id]);
    assert_eq!(info["status"], "pending");
    assert_eq!(info["params"], json!({"iterations": 3}));
    let (_, words) = served.give(&["get", &id]);
    assert!(words.contains(&id) && words.contains("pending"), "{words}");

    let (code, _) = served.give(&["cancel", &id]);
    assert_eq!(code, Some(0));
    let listed = served.json(&["list"]);
    assert_eq!(listed[0]["status"], "cancelled");
    assert_eq!(listed[1]["id"], json!(other));
    let (_, words) = served.give(&["list"]);
    assert_eq!(words.lines().count(), 2, "{words}");

    assert_eq!(served.json(&["retry", &id])["taskId"], json!(id));
    assert_eq!(served.json(&["get", &id])["status"], "pending");
    let (code, refused) = served.give(&["retry", &id]);
    assert_eq!(code, Some(1));
    assert!(refused.contains("pending"), "{refused}");
}

#[test]
fn what_fails_is_said_with_an_exit_code_of_its_kind() {
    let data = tempfile::tempdir().unwrap();
    let served = Served::start(data.path());
    let (code, said) = served.give(&["get", "task_0"]);
    assert_eq!(
        (code, said.contains("not found")),
        (Some(1), true),
        "{said}"
    );
    let (code, said) = served.give(&["submit", "mining"]);
    assert_eq!((code, said.contains("mining")), (Some(1), true), "{said}");

    let nowhere = ["list", "--open", "--url", "ws://127.0.0.1:1/rpc/ws"];
    let end = start(&nowhere).finish(LIMIT).unwrap();
    assert_eq!(end.status.code(), Some(3), "{}", end.stderr);
    let link = ["list", "--url", &served.url, "--access", "/nowhere.url"];
    let end = start(&link).finish(LIMIT).unwrap();
    assert_eq!(end.status.code(), Some(1));
    assert!(end.stderr.contains("--open"), "{}", end.stderr);
}

#[test]
fn a_backup_is_made_while_the_queue_is_served_and_can_be_put_back() {
    let data = tempfile::tempdir().unwrap();
    let served = Served::start(data.path());
    let (_, id) = served.give(&["submit", "io"]);
    let restored = tempfile::tempdir().unwrap();
    let copy = restored.path().join("queue.db");
    let copy = copy.to_str().unwrap();
    let backup = ["backup", copy, "--data", data.path().to_str().unwrap()];
    let end = start(&backup).finish(LIMIT).unwrap();
    assert!(end.status.success(), "{}", end.stderr);
    let again = start(&backup).finish(LIMIT).unwrap();
    assert_eq!(again.status.code(), Some(1), "a backup was overwritten");

    served.give(&["submit", "io"]);
    let restored = Served::start(restored.path());
    let listed = restored.json(&["list"]);
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    assert_eq!(listed[0]["id"], json!(id));
}

#[test]
fn pools_are_paused_and_workers_and_schedules_are_listed() {
    let data = tempfile::tempdir().unwrap();
    let served = Served::start(data.path());
    assert_eq!(served.json(&["workers"]).as_array().map(Vec::len), Some(3));
    assert_eq!(served.give(&["pause", "cpu"]).0, Some(0));
    let pools = served.json(&["pools"]);
    assert_eq!(pools["paused"], false);
    assert_eq!(pools["pools"][0]["flow"], "paused");
    served.give(&["resume", "cpu"]);
    served.give(&["pause"]);
    let pools = served.json(&["pools"]);
    assert_eq!(
        (&pools["paused"], &pools["pools"][0]["flow"]),
        (&json!(true), &json!("open"))
    );

    let (code, id) = served.give(&["schedules", "add", "0 9 * * mon-fri", "compute"]);
    assert_eq!(code, Some(0), "{id}");
    let listed = served.json(&["schedules", "list"]);
    assert_eq!(listed[0]["id"], json!(id));
    assert_eq!(served.give(&["schedules", "remove", &id]).0, Some(0));
    assert_eq!(served.json(&["schedules", "list"]), json!([]));
    let (code, refused) = served.give(&["schedules", "add", "never", "compute"]);
    assert_eq!(code, Some(1), "{refused}");
}

/// The fault: somebody who waits for a task that nobody will take, and is not told.
#[test]
fn whoever_submits_hears_that_nobody_takes_it() {
    let data = tempfile::tempdir().unwrap();
    let served = Served::start(data.path());
    let submit = [
        "submit",
        "io",
        "--url",
        &served.url,
        "--access",
        &served.access,
    ];
    let end = start(&submit).finish(LIMIT).unwrap();
    assert!(
        end.status.success() && end.stderr.contains("nobody takes it yet"),
        "{end:?}"
    );
}

#[test]
fn shells_are_told_how_to_complete() {
    for shell in ["bash", "zsh", "fish"] {
        let end = start(&["completions", shell]).finish(LIMIT).unwrap();
        assert!(end.status.success(), "{shell}");
        assert!(
            end.lines.iter().any(|line| line.contains("submit")),
            "{shell}"
        );
    }
}
