//! Batches that are answered.

use super::super::support::{Response, in_time, open, post, post_head, request};
use super::api::House;

const X22: &str = r#"["push",["pipeline",0,["user"],[]]]
["push",["pipeline",0,["greet"],[["pipeline",1,["name"]]]]]
["push",["pipeline",0,["square"],[5]]]
["pull",2]
["pull",3]"#;

async fn answer(house: &House, body: &str) -> Response {
    let response = post(&house.open().await, body).await;
    assert_eq!(response.status, 200, "{response:?}");
    response
}

async fn is_answered(body: &str, expected: &[&str]) {
    assert_eq!(answer(&House::new(), body).await.lines(), expected);
}

/// X-22, T-20, T-25.
#[tokio::test]
async fn x22_calls_go_in_together_and_answers_come_out_together() {
    let response = answer(&House::new(), X22).await;
    let expected = [r#"["resolve",2,"Hi Ann"]"#, r#"["resolve",3,25]"#];
    assert_eq!(response.lines(), expected);
    let kind = response.header("content-type");
    assert_eq!(kind, Some("text/plain;charset=UTF-8"));
    assert!(!response.body.ends_with('\n'), "T-21");
}

/// T-25: it runs, and nothing is said of it.
#[tokio::test]
async fn x22_what_nobody_asks_for_is_done_without_an_answer() {
    let house = House::new();
    let body = r#"["push",["pipeline",0,["greet"],["Bob"]]]"#;
    assert_eq!(answer(&house, body).await.body, "");
    assert_eq!(house.calls(), ["Bob"]);
}

/// T-20: an empty body is no message, and `\r\n` is harmless (F-5).
#[tokio::test]
async fn t20_an_empty_batch_is_one() {
    is_answered("", &[]).await;
    let windows = "[\"push\",[\"pipeline\",0,[\"square\"],[2]]]\r\n[\"pull\",1]\r";
    is_answered(windows, &[r#"["resolve",1,4]"#]).await;
}

#[tokio::test]
async fn x22_failures_and_capabilities_are_answers() {
    let failing = "[\"push\",[\"pipeline\",0,[\"fail\"],[]]]\n[\"pull\",1]";
    is_answered(failing, &[r#"["reject",1,["error","Error","nope"]]"#]).await;
    let capability = "[\"push\",[\"pipeline\",0,[\"user\"],[]]]\n[\"pull\",1]";
    is_answered(capability, &[r#"["resolve",1,["export",-1]]"#]).await;
}

/// T-25: what the server has to say by itself goes along.
#[tokio::test]
async fn x22_a_callback_that_nothing_waits_for_is_called() {
    let body = "[\"push\",[\"pipeline\",0,[\"tell\"],[[\"export\",-1]]]]\n[\"pull\",1]";
    let response = answer(&House::new(), body).await;
    let lines = response.lines();
    for line in [
        r#"["push",["pipeline",-1,[],[3]]]"#,
        r#"["release",-1,1]"#,
        r#"["resolve",1,"ok"]"#,
    ] {
        assert!(lines.contains(&line), "{line} in {lines:?}");
    }
}

/// The fault: a batch that hangs on a client which has no way to answer (T-26, B-16).
#[tokio::test]
async fn t26_waiting_for_a_callback_fails() {
    let body = "[\"push\",[\"pipeline\",0,[\"ask\"],[[\"export\",-1]]]]\n[\"pull\",1]";
    let response = answer(&House::new(), body).await;
    let failed = r#"["reject",1,["error","Error","Batch RPC request ended."]]"#;
    assert!(response.lines().contains(&failed), "{response:?}");
}

/// T-26: what is answered beforehand is answered.
#[tokio::test]
async fn t26_an_answer_in_the_batch_is_good() {
    let body = "[\"push\",[\"pipeline\",0,[\"ask\"],[[\"export\",-1]]]]\n[\"pull\",1]\n[\"resolve\",1,\"nine\"]";
    let response = answer(&House::new(), body).await;
    let answered = r#"["resolve",1,"nine"]"#;
    assert!(response.lines().contains(&answered), "{response:?}");
}

/// T-27, B-16: the fault is a stream that ends before its end because nobody waited for it.
#[tokio::test]
async fn t27_a_stream_is_sent_to_its_end() {
    let body = "[\"push\",[\"pipeline\",0,[\"numbers\"],[3]]]\n[\"pull\",1]";
    let response = answer(&House::new(), body).await;
    let written: Vec<&str> = response.body.lines().collect();
    assert_eq!(
        written,
        [
            r#"["pipe"]"#,
            r#"["resolve",1,["readable",1]]"#,
            r#"["stream",["pipeline",1,["write"],[0]]]"#,
            r#"["stream",["pipeline",1,["write"],[1]]]"#,
            r#"["stream",["pipeline",1,["write"],[2]]]"#,
            r#"["stream",["pipeline",1,["close"],[]]]"#,
        ]
    );
}

/// T-24: everything that was asked for is waited for.
#[tokio::test]
async fn t24_the_answer_waits_for_calls_that_take_their_time() {
    in_time(async {
        let house = House::new();
        let url = house.open().await;
        let body = "[\"push\",[\"pipeline\",0,[\"opened\"],[]]]\n[\"pull\",1]";
        let waiting = tokio::spawn(Response::read(
            open(&url, &(post_head(&url, "", body.len()) + body)).await,
        ));
        // Another batch is answered meanwhile.
        assert_eq!(post(&url, X22).await.lines().len(), 2);
        assert!(!waiting.is_finished());
        house.door.send(true).unwrap();
        assert_eq!(waiting.await.unwrap().body, r#"["resolve",1,"open"]"#);
    })
    .await;
}

/// T-28, B-16: the fault is a main object for every batch that ever was.
#[tokio::test]
async fn t28_nothing_is_left_of_a_batch() {
    let house = House::new();
    let url = house.open().await;
    for _ in 0..5 {
        post(&url, X22).await;
        post(&url, r#"["push",["pipeline",0,["never"],[]]]"#).await;
        post(&url, r#"["bogus"]"#).await;
    }
    assert_eq!((house.census.born(), house.census.alive()), (15, 0));
}

#[tokio::test]
async fn a_client_that_hangs_up_takes_its_batch_along() {
    in_time(async {
        let house = House::new();
        let url = house.open().await;
        let body = "[\"push\",[\"pipeline\",0,[\"never\"],[]]]\n[\"pull\",1]";
        let head = post_head(&url, "", body.len());
        let stream = open(&url, &(head + body)).await;
        while house.census.alive() == 0 {
            post(&url, "").await;
        }
        drop(stream);
        while house.census.alive() > 0 {
            post(&url, "").await;
        }
    })
    .await;
}

/// Several batches may follow one another on one connection.
#[tokio::test]
async fn batches_share_a_connection() {
    let url = House::new().open().await;
    let body = "[\"push\",[\"pipeline\",0,[\"square\"],[3]]]\n[\"pull\",1]";
    let close = post_head(&url, "", body.len());
    let keep = close.replace("Connection: close\r\n", "");
    let both = request(&url, &format!("{keep}{body}{close}{body}")).await;
    assert_eq!(both.body.matches(r#"["resolve",1,9]"#).count(), 2);
}
