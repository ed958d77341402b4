//! Watching tasks from the outside: over restarts, from JavaScript, and with an exit code for each end.

use std::path::Path;

use serde_json::{Value, json};
use tests::{Node, Process};

use crate::support::{LIMIT, serve, start};

/// A server that can be killed, and comes back at the same address.
struct Mortal<'a> {
    data: &'a Path,
    server: Option<Process>,
    url: String,
    access: String,
}

impl<'a> Mortal<'a> {
    fn start(data: &'a Path, options: &[&str]) -> Self {
        let (mut server, url) = serve(data, options);
        let access = server.line_after("Supervisor's link: ", LIMIT).unwrap();
        let server = Some(server);
        Self {
            data,
            server,
            url,
            access,
        }
    }

    /// As `kill -9` does.
    fn kill(&mut self) {
        drop(self.server.take());
    }

    fn come_back(&mut self, options: &[&str]) {
        let address = self.url.strip_prefix("ws://").unwrap();
        let address = address.strip_suffix("/rpc/ws").unwrap();
        let data = self.data.to_str().unwrap();
        let mut arguments = vec!["serve", "--listen", address, "--data", data];
        arguments.extend(options);
        let mut server = start(&arguments);
        server.line_after("Supervisor's link: ", LIMIT).unwrap();
        self.server = Some(server);
    }

    fn give(&self, command: &[&str]) -> Process {
        let mut arguments = command.to_vec();
        arguments.extend(["--url", &self.url, "--access", &self.access]);
        start(&arguments)
    }

    fn id_of(&self, command: &[&str]) -> String {
        let end = self.give(command).finish(LIMIT).unwrap();
        assert!(end.status.success(), "{}", end.stderr);
        end.lines.concat()
    }

    /// Gives a command; returns its exit code, and what it has said.
    fn end_of(&self, command: &[&str]) -> (Option<i32>, Vec<String>) {
        let end = self.give(command).finish(LIMIT).unwrap();
        (end.status.code(), end.lines)
    }
}

fn events(lines: &[String]) -> Vec<Value> {
    let event = |line: &String| serde_json::from_str(line).unwrap();
    lines.iter().map(event).collect()
}

fn types(events: &[Value]) -> Vec<&str> {
    let name = |event: &Value| event["type"].as_str().map(str::len);
    assert!(events.iter().all(|event| name(event).is_some()));
    let names = events.iter().map(|event| event["type"].as_str());
    names.map(Option::unwrap_or_default).collect()
}

/// The fault: whoever watches sees nothing more when the server was killed, or an event twice, or not
/// at all, or another one than there is afterwards.
#[test]
fn a_watch_goes_on_where_it_was_when_the_server_was_killed() {
    let data = tempfile::tempdir().unwrap();
    let auto = ["--dispatch", "auto"];
    let mut queue = Mortal::start(data.path(), &auto);
    let id = queue.id_of(&["submit", "compute", r#"{"iterations": 20000}"#]);
    let mut watch = queue.give(&["watch", &id, "--json"]);
    for from in ["10", "100"] {
        let mut other = queue.give(&["watch", &id, "--json", "--from", from]);
        let first = format!("{{\"seq\":{from},");
        other.line_after(&first, LIMIT).unwrap();
        queue.kill();
        queue.come_back(&auto);
    }
    let end = watch.finish(LIMIT).unwrap();
    assert_eq!(end.status.code(), Some(0), "{}", end.stderr);
    assert!(end.stderr.contains("trying again"), "{}", end.stderr);
    let seen = events(&end.lines);
    for (number, event) in (1..).zip(&seen) {
        assert_eq!(event["seq"], json!(number), "{event}");
    }
    let names = types(&seen);
    let attempts = names.iter().filter(|name| **name == "started").count();
    assert!(
        attempts >= 3,
        "{attempts} attempts: it was not killed in the midst of it"
    );
    let last = seen.last().unwrap();
    assert_eq!(last["result"]["computed"], json!(199_990_000));

    let (code, again) = queue.end_of(&["watch", &id, "--json"]);
    assert_eq!((code, again), (Some(0), end.lines));
}

#[test]
fn each_end_of_a_task_has_an_exit_code() {
    let data = tempfile::tempdir().unwrap();
    let queue = Mortal::start(data.path(), &["--dispatch", "auto"]);
    let submit = ["submit", "compute", r#"{"iterations": 2}"#, "--watch"];
    let (code, lines) = queue.end_of(&submit);
    assert_eq!(code, Some(0), "{lines:?}");
    assert!(lines[0].starts_with("task_"));
    assert!(lines[1].ends_with("  submitted"), "{lines:?}");
    assert!(lines.last().unwrap().contains("completed: {"), "{lines:?}");

    let (code, lines) = queue.end_of(&["submit", "io", r#"{"use_network": true}"#, "--watch"]);
    assert_eq!(code, Some(4), "{lines:?}");
    assert!(lines.last().unwrap().contains("failed: "), "{lines:?}");

    let later = r#"{"not_before": 99999999999999}"#;
    let id = queue.id_of(&["submit", "compute", later]);
    let mut watch = queue.give(&["watch", &id, "--json", "--from", "2"]);
    watch.line_after("{\"seq\":2,", LIMIT).unwrap();
    queue.id_of(&["cancel", &id]);
    let end = watch.finish(LIMIT).unwrap();
    assert_eq!(end.status.code(), Some(5), "{}", end.stderr);
    assert_eq!(types(&events(&end.lines)), ["cancelled"]);
    assert_eq!(
        queue.end_of(&["watch", &id, "--from", "99"]),
        (Some(5), vec![])
    );

    let (code, _) = queue.end_of(&["watch", "task_0"]);
    assert_eq!(code, Some(1));
}

#[test]
fn a_list_is_of_any_length_and_of_those_that_are_asked_for() {
    let data = tempfile::tempdir().unwrap();
    let queue = Mortal::start(data.path(), &[]);
    assert_eq!(queue.end_of(&["list", "--json"]).1, ["[]"]);
    let first = queue.id_of(&["submit", "compute"]);
    let second = queue.id_of(&["submit", "io"]);
    queue.id_of(&["cancel", &first]);
    let (_, cancelled) = queue.end_of(&["list", "--status", "cancelled"]);
    assert!(cancelled.len() == 1 && cancelled[0].starts_with(&first));
    let (_, listed) = queue.end_of(&["list", "--type", "io", "--json"]);
    let listed: Value = serde_json::from_str(&listed.concat()).unwrap();
    assert_eq!(listed[0]["id"], json!(second));
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
}

#[test]
fn a_page_in_javascript_watches_a_task_and_comes_back() {
    let Some(node) = Node::for_test() else {
        return;
    };
    let data = tempfile::tempdir().unwrap();
    let (_server, url) = serve(data.path(), &["--open", "--dispatch", "auto"]);
    let mut client = node.program("watch.mjs", &[&url]).unwrap();
    let end = client.finish(LIMIT).unwrap();
    assert!(end.status.success(), "{}: {}", end.status, end.stderr);
    let passed = end.lines.iter().filter(|line| line.starts_with("ok "));
    assert_eq!(passed.count(), STEPS, "{:#?}", end.lines);
}

/// So many steps the client has; one that stops half-way does not pass.
const STEPS: usize = 4;
