//! Servers that answer batches in ways they should not.

use std::sync::Arc;

use capnweb_runtime::{
    Batch, Connector, Disconnect, ErrorClass, Function, Limits, Value, Violation,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::super::support::{Frozen, in_time, seconds};
use super::api::ApiStub;

/// A server that answers one request as it is told to; it returns what it was sent.
async fn answering(response: String) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/rpc?key=1", listener.local_addr().unwrap());
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = String::new();
        while !is_whole(&request) {
            let mut bytes = [0; 4096];
            let length = stream.read(&mut bytes).await.unwrap();
            request += std::str::from_utf8(&bytes[..length]).unwrap();
        }
        stream.write_all(response.as_bytes()).await.unwrap();
        request
    });
    (url, served)
}

fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    length.is_none_or(|(_, length)| length.parse::<usize>().unwrap() == body.len())
}

fn ok(body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}")
}

/// Sends two calls, and returns what came of them.
async fn send(
    connector: Connector,
) -> Result<
    (
        Result<f64, capnweb_runtime::Error>,
        Result<f64, capnweb_runtime::Error>,
    ),
    Disconnect,
> {
    let batch: Batch<ApiStub> = connector.batch().unwrap();
    let calls = (batch.main().square(1.0), batch.main().square(2.0));
    in_time(batch.send(calls)).await
}

/// X-22, T-20, T-22: what goes out, to the byte.
#[tokio::test]
async fn x22_a_batch_is_one_post() {
    let (url, served) = answering(ok("[\"resolve\",4,25]\n[\"resolve\",3,\"Hi Ann\"]\n")).await;
    let batch: Batch<ApiStub> = Batch::new(&url).unwrap();
    let user = batch.main().user();
    let greeting = batch.main().greet(user.name());
    let square = batch.main().square(5.0);
    let (greeting, square) = batch.send((greeting, square)).await.unwrap();
    assert_eq!(
        (greeting.unwrap(), square.unwrap()),
        ("Hi Ann".into(), 25.0)
    );
    let request = served.await.unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let head = head.to_ascii_lowercase();
    assert!(head.starts_with("post /rpc?key=1 http/1.1\r\n"), "{head}");
    let kind = "content-type: text/plain;charset=utf-8";
    assert!(head.lines().any(|line| line == kind), "{head}");
    let address = url.trim_start_matches("http://").split('/').next().unwrap();
    assert!(head.lines().any(|line| line == format!("host: {address}")));
    let lines: Vec<&str> = body.split('\n').collect();
    assert_eq!(
        lines[..2],
        [
            r#"["push",["pipeline",0,["user"],[]]]"#,
            r#"["push",["pipeline",1,["name"]]]"#,
        ]
    );
    let greet = r#"["push",["pipeline",0,["greet"],[["pipeline",2]]]]"#;
    assert!(lines.contains(&greet), "{lines:?}");
    assert!(lines.iter().all(|line| !line.is_empty()), "T-21: {lines:?}");
}

/// T-23.
#[tokio::test]
async fn t23_a_server_that_refuses_says_how() {
    for (line, expected) in [
        ("500 Internal Server Error", 500),
        ("404 Not Found", 404),
        ("204 No Content", 204),
    ] {
        let (url, _served) =
            answering(format!("HTTP/1.1 {line}\r\nContent-Length: 0\r\n\r\n")).await;
        let sent = send(Connector::new(url)).await;
        if expected == 204 {
            // An answer without messages: nothing was answered.
            let (one, _) = sent.unwrap();
            assert_eq!(one.unwrap_err().to_string(), "Batch RPC request ended.");
            continue;
        }
        let error = sent.unwrap_err();
        assert_eq!(error.to_string(), format!("RPC request failed: {line}"));
        assert!(matches!(error, Disconnect::Refused { status, .. } if status == expected));
    }
}

/// The fault: calls, and what they carry, are sent on to wherever a server says.
#[tokio::test]
async fn redirects_are_not_followed() {
    let (elsewhere, untouched) = answering(ok("[\"resolve\",1,1]")).await;
    for status in [
        "301 Moved Permanently",
        "302 Found",
        "307 Temporary Redirect",
    ] {
        let response =
            format!("HTTP/1.1 {status}\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\n\r\n");
        let (url, _served) = answering(response).await;
        let error = send(Connector::new(url)).await.unwrap_err();
        assert!(matches!(error, Disconnect::Refused { .. }), "{error:?}");
    }
    assert!(!untouched.is_finished());
}

/// T-23: the last line may be empty, and unanswered calls fail.
#[tokio::test]
async fn t23_what_is_not_answered_fails() {
    let (url, _served) = answering(ok("[\"resolve\",2,4]\r\n")).await;
    let (one, two) = send(Connector::new(url)).await.unwrap();
    assert_eq!(one.unwrap_err().to_string(), "Batch RPC request ended.");
    assert_eq!(two.unwrap(), 4.0);
}

/// T-23: what was delivered stays delivered.
#[tokio::test]
async fn t23_a_malformed_line_ends_the_answer_there() {
    let (url, _served) = answering(ok("[\"resolve\",1,1]\nnonsense\n[\"resolve\",2,4]")).await;
    let (one, two) = send(Connector::new(url)).await.unwrap();
    assert_eq!(one.unwrap(), 1.0);
    assert_eq!(two.unwrap_err().class(), ErrorClass::SyntaxError);
}

#[tokio::test]
async fn t23_an_abort_ends_the_answer_with_its_error() {
    let (url, _served) = answering(ok("[\"abort\",[\"error\",\"RangeError\",\"no\"]]")).await;
    let (one, _) = send(Connector::new(url)).await.unwrap();
    let error = one.unwrap_err();
    assert_eq!(
        (error.class(), error.to_string()),
        (ErrorClass::RangeError, "no".to_owned())
    );
}

/// The fault: memory for whatever a server sends.
#[tokio::test]
async fn an_answer_that_is_too_long_is_not_read() {
    let mut limits = Limits::default();
    limits.max_frame_bytes = 1000;
    let long = ok(&" ".repeat(1001));
    let endless = format!(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        format!("1f4\r\n{}\r\n", " ".repeat(500)).repeat(3)
    );
    for response in [long, endless] {
        let (url, _served) = answering(response).await;
        let error = send(Connector::new(url).config(limits.clone())).await;
        let Disconnect::Violation(violation) = error.unwrap_err() else {
            panic!("it is the server's fault");
        };
        assert!(matches!(*violation, Violation::FrameTooLarge { .. }));
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_has_not_answered() {
    for response in [
        "",
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[\"reso",
        "nonsense",
    ] {
        let (url, _served) = answering(response.to_owned()).await;
        let error = send(Connector::new(url)).await.unwrap_err();
        assert!(matches!(error, Disconnect::Request(_)), "{error:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_has_not_answered() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let error = send(Connector::new(url)).await.unwrap_err();
    let Disconnect::Request(source) = error else {
        panic!("it was never sent: {error:?}");
    };
    assert_eq!(source.kind(), std::io::ErrorKind::ConnectionRefused);
    assert_eq!(Arc::strong_count(&source), 1, "nothing keeps the batch");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let clock = Frozen::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let sending = tokio::spawn(send(Connector::new(url).timeout(seconds(5))));
    let (_socket, _) = listener.accept().await.unwrap();
    clock.pass(seconds(6)).await;
    let Disconnect::Request(source) = sending.await.unwrap().unwrap_err() else {
        panic!("the request failed");
    };
    assert_eq!(source.kind(), std::io::ErrorKind::TimedOut);
}

/// The fault: a server that says that a result is what the client's own method will return has a
/// batch wait for that, however long it takes.
#[tokio::test]
async fn a_result_that_is_our_own_to_give_is_not_waited_for_longer_than_the_batch() {
    let answer = "[\"push\",[\"pipeline\",-1,[],[5]]]\n[\"resolve\",1,[\"pipeline\",1]]";
    let (url, _served) = answering(ok(answer)).await;
    let connector = Connector::new(url).timeout(std::time::Duration::from_millis(500));
    let batch: Batch<ApiStub> = connector.batch().unwrap();
    let asked = batch.main().ask(Function::new(|_: f64| {
        std::future::pending::<capnweb_runtime::Result<Value>>()
    }));
    let sent = tokio::time::timeout(seconds(60), batch.send(asked)).await;
    let Disconnect::Request(source) = sent.expect("it ends").unwrap_err() else {
        panic!("it took too long");
    };
    assert_eq!(source.kind(), std::io::ErrorKind::TimedOut);
}
