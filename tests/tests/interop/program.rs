//! The interop target as a program: what it prints, what it serves, and how it stops.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use tests::{Process, interop_target};

use super::support::{node, prove};

/// The target, on a port of its own, and its URL.
fn start() -> (Process, String) {
    let program = interop_target().unwrap_or_else(|error| panic!("{error}"));
    let mut command = Command::new(program);
    let mut target = Process::spawn(command.args(["--listen", "127.0.0.1:0"])).unwrap();
    let url = target.line_after("listening on ", LIMIT).unwrap();
    (target, url)
}

/// Sends a request as it is written; returns the answer's head and body.
fn exchange(url: &str, request: &str) -> (String, String) {
    let address = url.trim_start_matches("ws://").trim_end_matches('/');
    let mut connection = TcpStream::connect(address).unwrap();
    connection.set_read_timeout(Some(LIMIT)).unwrap();
    connection.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_ascii_lowercase(), body.to_owned())
}

fn request(method: &str, path: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: target\r\nOrigin: http://elsewhere.example\r\n\
         Connection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

#[test]
fn a_batch_is_answered_on_every_path_also_to_pages_from_elsewhere() {
    let (_target, url) = start();
    let batch = "[\"push\",[\"pipeline\",0,[\"square\"],[3]]]\n[\"pull\",1]";
    for path in ["/", "/rpc/anything?at=all"] {
        let (head, body) = exchange(&url, &request("POST", path, batch));
        assert!(head.starts_with("http/1.1 200 "), "{head}");
        assert!(
            head.contains("\r\naccess-control-allow-origin: *"),
            "{head}"
        );
        assert_eq!(body, r#"["resolve",1,9]"#);
    }
}

#[test]
fn other_methods_are_not_allowed() {
    let (_target, url) = start();
    for method in ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"] {
        let (head, _) = exchange(&url, &request(method, "/", ""));
        assert!(head.starts_with("http/1.1 405 "), "{method}: {head}");
        assert!(head.contains("\r\nallow: post"), "{method}: {head}");
    }
}

#[test]
fn each_connection_has_a_main_object_of_its_own() {
    let Some(node) = node() else { return };
    let (_target, url) = start();
    // Keeps a callback at the end, and expects none at the beginning.
    for _ in 0..2 {
        prove(&node, "callbacks", &url);
    }
    prove(&node, "batch", &url);
}

#[cfg(unix)]
#[test]
fn it_stops_when_it_is_told_to() {
    for stop in [Process::terminate, Process::interrupt] {
        let (mut target, url) = start();
        // Connections that are open are no reason to stay.
        let address = url.trim_start_matches("ws://").trim_end_matches('/');
        let _idle = TcpStream::connect(address).unwrap();
        let end = stop(&mut target, LIMIT).unwrap();
        assert!(end.status.success(), "{end:?}");
        assert!(end.lines.is_empty(), "more than the one line: {end:?}");
        assert!(end.stderr.is_empty(), "{end:?}");
    }
}

const LIMIT: Duration = Duration::from_secs(30);
