//! `task-queue serve`: what it prints, whom it lets in, and how it stops.

use std::fs;
use std::path::Path;

use capnweb_runtime::{Error, SturdyUrl, connect};
use serde_json::json;
use task_queue::caps::{GateStub, GatewayStub};
use tokio::net::TcpStream;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Error as WebSocketError;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::header::ORIGIN;

use crate::support::{LIMIT, serve, start};

#[tokio::test]
async fn an_open_server_gives_everybody_the_gateway() {
    let data = tempfile::tempdir().unwrap();
    let (_server, url) = serve(data.path(), &["--open"]);
    assert!(url.ends_with("/rpc/ws"), "{url}");
    let gateway: GatewayStub = connect(&url).await.unwrap();
    let executed = gateway.submit_and_execute("compute", json!({})).await;
    assert_eq!(executed.unwrap().result["computed"], 45);
    assert!(
        !data.path().join(LINK).exists(),
        "there is nothing to redeem"
    );
}

/// The fault: any page in a local browser that takes the supervisor's gateway.
#[tokio::test]
async fn an_open_server_turns_foreign_pages_away() {
    let data = tempfile::tempdir().unwrap();
    let (_server, url) = serve(data.path(), &["--open"]);
    assert_eq!(status_for_a_page(&url, "https://evil.example").await, 403);
    assert_eq!(status_for_a_page(&url, "http://localhost:5173").await, 101);
}

/// Asks for a session as a browser does for a page of `origin`; returns the status of the answer.
async fn status_for_a_page(url: &str, origin: &'static str) -> u16 {
    let mut request = url.into_client_request().unwrap();
    let origin = HeaderValue::from_static(origin);
    request.headers_mut().insert(ORIGIN, origin);
    let address = request.uri().authority().unwrap().to_string();
    let socket = TcpStream::connect(address).await.unwrap();
    match client_async(request, socket).await {
        Ok((_, response)) => response.status().as_u16(),
        Err(WebSocketError::Http(response)) => response.status().as_u16(),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn without_open_a_connection_redeems_a_reference() {
    let data = tempfile::tempdir().unwrap();
    let (mut server, url) = serve(data.path(), &[]);
    let file = server.line_after("Supervisor's link: ", LIMIT).unwrap();
    let link = read_link(Path::new(&file));
    assert_eq!(link.server().as_str(), url);

    let gate: GateStub = connect(&url).await.unwrap();
    let supervisor = gate.redeem(link.reference().expose());
    assert_eq!(
        supervisor.get_worker_pool().worker_count().await.unwrap(),
        3
    );
    let refused = gate.redeem("guessed").await.unwrap_err();
    assert!(matches!(refused, Error::Thrown(_)), "{refused}");
}

#[tokio::test]
async fn with_auto_dispatch_a_task_is_executed_by_itself() {
    let data = tempfile::tempdir().unwrap();
    let (_server, url) = serve(data.path(), &["--open", "--dispatch", "auto"]);
    let gateway: GatewayStub = connect(&url).await.unwrap();
    let task = gateway.get_task_queue().submit("compute", json!({})).await;
    let task = task.unwrap();
    let done = async { while task.get_info().await.unwrap().result.is_none() {} };
    tokio::time::timeout(LIMIT, done)
        .await
        .expect("the task ends");
}

#[cfg(unix)]
#[test]
fn it_stops_cleanly_when_it_is_told_to_and_its_link_works_again_after_a_restart() {
    let data = tempfile::tempdir().unwrap();
    let (mut server, url) = serve(data.path(), &[]);
    let file = data.path().join(LINK);
    let link = read_link(&file);
    let end = server.terminate(LIMIT).unwrap();
    assert!(end.status.success(), "{end:?}");
    for line in end.stderr.lines() {
        assert!(line.contains(" INFO "), "{line}");
    }
    let printed = format!("{url}\n{}", end.lines.join("\n"));
    let secret = link.reference().expose();
    assert!(!printed.contains(&secret), "a secret was printed");

    let (_server, again) = serve(data.path(), &[]);
    let after = read_link(&file);
    assert_eq!(after.reference().expose(), secret);
    assert_eq!(after.server().as_str(), again);
}

/// The fault: a reference stays behind that opens nothing, or a queue in memory that nobody can use.
#[cfg(unix)]
#[test]
fn a_queue_in_memory_takes_its_link_along() {
    let data = tempfile::tempdir().unwrap();
    let (mut server, _url) = serve(data.path(), &["--memory"]);
    let file = data.path().join(LINK);
    read_link(&file);
    server.terminate(LIMIT).unwrap();
    assert!(!file.exists());
}

#[cfg(unix)]
#[test]
fn the_link_is_for_the_owner_s_eyes() {
    use std::os::unix::fs::PermissionsExt;
    let data = tempfile::tempdir().unwrap();
    let (mut server, _url) = serve(data.path(), &[]);
    let file = server.line_after("Supervisor's link: ", LIMIT).unwrap();
    for file in [Path::new(&file), &data.path().join("references.key")] {
        let mode = fs::metadata(file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
}

#[test]
fn open_is_refused_where_others_could_come_in() {
    let end = start(&["serve", "--open", "--listen", "0.0.0.0:0"]);
    let (status, said) = ended(end);
    assert_eq!(status, Some(1), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(
        said.contains("--open") && said.contains("0.0.0.0:0"),
        "{said}"
    );
}

#[test]
fn arguments_that_make_no_sense_are_named() {
    let (status, said) = ended(start(&["serve", "--opne"]));
    assert_eq!(status, Some(2), "{said}");
    assert!(said.contains("--opne") && said.contains("--help"), "{said}");
}

#[test]
fn help_and_version_are_given() {
    let help = start(&["--help"]).finish(LIMIT).unwrap();
    assert!(help.status.success());
    for word in ["serve", "submit", "backup", "demo", "Exit codes"] {
        assert!(help.lines.iter().any(|line| line.contains(word)), "{word}");
    }
    let help = start(&["serve", "--help"]).finish(LIMIT).unwrap();
    assert!(help.status.success());
    for word in [
        "--memory",
        "--listen",
        "--open",
        "--dispatch",
        "--data",
        "--allow",
    ] {
        assert!(help.lines.iter().any(|line| line.contains(word)), "{word}");
    }
    let version = start(&["--version"]).finish(LIMIT).unwrap();
    assert!(version.status.success());
    assert_eq!(
        version.lines,
        [concat!("task-queue ", env!("CARGO_PKG_VERSION"))]
    );
}

#[test]
fn two_servers_do_not_share_their_data() {
    let data = tempfile::tempdir().unwrap();
    let (_server, _url) = serve(data.path(), &[]);
    let directory = data.path().to_str().unwrap();
    let second = start(&["serve", "--listen", "127.0.0.1:0", "--data", directory]);
    let (status, said) = ended(second);
    assert_eq!(status, Some(1), "{said}");
    assert!(
        said.contains(directory) && said.contains("in use"),
        "{said}"
    );
    assert!(data.path().join(LINK).exists(), "that of the first server");
}

fn ended(mut process: tests::Process) -> (Option<i32>, String) {
    let end = process.finish(LIMIT).unwrap();
    (end.status.code(), end.stderr)
}

fn read_link(file: &Path) -> SturdyUrl {
    let text = fs::read_to_string(file).expect("the file can be read");
    text.trim().parse().expect("the file has a link")
}

const LINK: &str = "supervisor.url";
