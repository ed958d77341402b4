//! Batches that are not answered, and what is said of them.

use std::time::Duration;

use capnweb_runtime::Limits;
use tokio::net::TcpListener;

use super::super::support::{
    Frozen, Response, in_time, open, post, post_head, request, serving_by,
};
use super::api::House;

fn assert_refused(response: &Response, status: u16, text: &str) {
    assert_eq!((response.status, response.body.as_str()), (status, text));
}

/// T-21, T-24: whose fault it is, and nothing of what was found.
#[tokio::test]
async fn t24_what_is_malformed_is_the_client_s_fault() {
    let url = House::new().open().await;
    for body in [
        "[\"bogus\"]",
        "{",
        "\n",
        "[\"push\",1]\n",
        "[\"push\",1]\n\n[\"pull\",1]",
        "[\"pull\",7]",
        "[\"release\",0,9]",
        "[\"abort\",[\"error\",\"Error\",\"secret\"]]",
    ] {
        let response = post(&url, body).await;
        assert_refused(&response, 400, "The batch is malformed.");
    }
}

/// T-24: no answers are given of a batch that fails half-way, though its calls were made.
#[tokio::test]
async fn t24_a_batch_is_answered_as_a_whole_or_not() {
    let house = House::new();
    let url = house.open().await;
    let body = "[\"push\",[\"pipeline\",0,[\"greet\"],[\"Bob\"]]]\n[\"pull\",1]\n[\"bogus\"]";
    assert_refused(&post(&url, body).await, 400, "The batch is malformed.");
    assert_eq!(house.calls(), ["Bob"]);
}

#[tokio::test]
async fn what_is_no_text_cannot_be_read() {
    let url = House::new().open().await;
    let mut stream = open(&url, &post_head(&url, "", 2)).await;
    tokio::io::AsyncWriteExt::write_all(&mut stream, &[0xff, 0xfe])
        .await
        .unwrap();
    let response = Response::read(stream).await;
    assert_refused(&response, 400, "The batch cannot be read.");
}

async fn small(house: &House) -> String {
    let mut limits = Limits::default();
    limits.max_frame_bytes = 1000;
    serving_by(house.server().config(limits)).await
}

/// L-10: the fault is memory for what is refused afterwards.
#[tokio::test]
async fn l10_a_body_that_says_it_is_too_long_is_not_read() {
    let house = House::new();
    let url = small(&house).await;
    // Nothing of it is ever sent.
    let response = request(&url, &post_head(&url, "", 1001)).await;
    assert_refused(&response, 413, "The batch is too large.");
    let huge = request(&url, &post_head(&url, "", usize::MAX >> 1)).await;
    assert_refused(&huge, 413, "The batch is too large.");
    let body = format!("[\"push\",\"{}\"]", "x".repeat(989));
    assert_eq!(body.len(), 1000);
    assert_eq!(post(&url, &body).await.status, 200, "at the limit");
    assert_eq!(house.census.born(), 1, "there was a session for that alone");
}

/// L-10: the same for one that does not say how long it is.
#[tokio::test]
async fn l10_a_body_is_counted_as_it_comes() {
    let house = House::new();
    let url = small(&house).await;
    let head = post_head(&url, "Transfer-Encoding: chunked\r\n", 0);
    let head = head.replace("Content-Length: 0\r\n", "");
    let chunk = format!("1f4\r\n{}\r\n", " ".repeat(500));
    let response = request(&url, &format!("{head}{chunk}{chunk}{chunk}")).await;
    assert_refused(&response, 413, "The batch is too large.");
    let answered = request(&url, &format!("{head}{chunk}0\r\n\r\n")).await;
    assert_refused(&answered, 400, "The batch is malformed.");
}

/// L-26: the fault is a place kept for whoever sends a byte now and then.
#[tokio::test]
async fn l26_a_body_that_does_not_come_is_given_up() {
    let clock = Frozen::new();
    let house = House::new();
    let url = house.open().await;
    let stream = open(&url, &(post_head(&url, "", 100) + "[\"push\"")).await;
    let bystander = post(&url, "").await;
    assert_eq!(bystander.status, 200);
    let response = clock.pass_until(Response::read(stream)).await;
    assert_refused(&response, 408, "The batch did not arrive in time.");
    assert_eq!(house.census.born(), 1, "the bystander's");
}

/// T-26, L-26: the fault is a batch that waits for ever for a call.
#[tokio::test]
async fn l26_a_batch_that_takes_too_long_is_ended() {
    let clock = Frozen::new();
    let house = House::new();
    let url = house.open().await;
    let body = "[\"push\",[\"pipeline\",0,[\"never\"],[]]]\n[\"pull\",1]";
    let stream = open(&url, &(post_head(&url, "", body.len()) + body)).await;
    in_time(async {
        while house.census.born() == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(post(&url, "").await.status, 200, "a bystander is served");
    let response = clock.pass_until(Response::read(stream)).await;
    assert_refused(&response, 504, "The batch took too long.");
    assert_eq!(house.census.alive(), 0);
}

/// What a batch asks for is bounded like everything that waits to be read.
#[tokio::test]
async fn l12_answers_that_are_too_large_together_are_not_given() {
    let house = House::new();
    let mut limits = Limits::default();
    limits.max_outgoing_bytes = 100_000;
    let url = serving_by(house.server().config(limits)).await;
    let call = "[\"push\",[\"pipeline\",0,[\"large\"],[40000]]]\n";
    let body = format!("{call}{call}{call}[\"pull\",1]\n[\"pull\",2]\n[\"pull\",3]");
    assert_refused(&post(&url, &body).await, 500, "The batch failed.");
    let two = format!("{call}{call}[\"pull\",1]\n[\"pull\",2]");
    assert_eq!(post(&url, &two).await.status, 200);
}

/// The fault: what follows a message that ends the batch is read all the same, for many times as long
/// as it took to send it.
#[tokio::test]
async fn nothing_is_read_after_what_ends_a_batch() {
    let server = House::new().server().batch_timeout(Duration::from_secs(5));
    let url = serving_by(server).await.replace("ws://", "http://");
    let lines = "\n".repeat(40 * 1024 * 1024);
    assert_refused(&post(&url, &lines).await, 400, "The batch is malformed.");
}

/// The fault: a panic, at the first request or at the end, of a server that was told to be patient for
/// ever.
#[tokio::test]
async fn a_server_may_have_all_the_time_there_is() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (stop, told) = tokio::sync::oneshot::channel::<()>();
    let server = House::new()
        .server()
        .batch_timeout(Duration::MAX)
        .handshake_timeout(Duration::MAX)
        .grace_period(Duration::MAX)
        .max_connections(usize::MAX)
        .max_handshakes(usize::MAX);
    let signal = async { drop(told.await) };
    let serving = tokio::spawn(server.serve_with_shutdown(listener, signal));
    assert_eq!(post(&url, "").await.status, 200);
    drop(stop);
    in_time(serving).await.unwrap().unwrap();
}
