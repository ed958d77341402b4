//! What an operator sees of a server: its health, its numbers, its log.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;

use crate::support::{LIMIT, serve, start};

#[test]
fn health_and_numbers_are_had_by_http() {
    let data = tempfile::tempdir().unwrap();
    let (mut server, url) = serve(data.path(), &["--open", "--metrics", "0", "--log", "off"]);
    let place = server.line_after("Metrics: http://", LIMIT).unwrap();
    let address = place.strip_suffix("/metrics").unwrap();
    let submit = start(&["submit", "io", "--open", "--url", &url]).finish(LIMIT);
    assert!(submit.unwrap().status.success());

    assert_eq!(ask(address, "GET", "/healthz"), (200, "ok\n".to_owned()));
    let (status, page) = ask(address, "GET", "/metrics");
    assert_eq!(status, 200);
    for line in [
        "task_queue_submitted_total{type=\"io\"} 1",
        "task_queue_tasks{status=\"pending\",type=\"io\",pool=\"\"} 1",
        "capnweb_sessions_started_total 1",
    ] {
        assert!(page.lines().any(|found| found == line), "{line}\n{page}");
    }
    assert_eq!(ask(address, "GET", "/secrets").0, 404);
    assert_eq!(ask(address, "POST", "/metrics").0, 405);
}

/// The fault: a log that says what only those may know who have the secret, or what tasks are given.
#[cfg(unix)]
#[test]
fn the_log_says_what_happens_and_no_secret_and_no_parameter() {
    let data = tempfile::tempdir().unwrap();
    let options = [
        "--open",
        "--log",
        "json",
        "--log-filter",
        "debug",
        "--dispatch",
        "auto",
    ];
    let (mut server, url) = serve(data.path(), &options);
    let submit = [
        "submit",
        "pipeline",
        r#"{"secret": "swordfish", "steps": 7}"#,
    ];
    let mut submit = submit.to_vec();
    submit.extend(["--watch", "--open", "--url", &url]);
    start(&submit).finish(LIMIT).unwrap();
    let end = server.terminate(LIMIT).unwrap();
    assert!(end.status.success(), "{end:?}");
    let lines: Vec<Value> = end
        .stderr
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    let said = |what: &str| lines.iter().any(|line| line["message"] == what);
    assert!(said("the queue is served"), "{}", end.stderr);
    assert!(said("an attempt begins"), "{}", end.stderr);
    assert!(said("the queue is being stopped"), "{}", end.stderr);
    assert!(!end.stderr.contains("swordfish"), "{}", end.stderr);
}

/// Asks for a page; returns the status and the text.
fn ask(address: &str, method: &str, path: &str) -> (u16, String) {
    let mut socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(LIMIT)).unwrap();
    write!(
        socket,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    let (head, text) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, text.to_owned())
}
