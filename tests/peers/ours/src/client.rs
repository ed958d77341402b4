//! The client, also of the npm peer's server.

use capnweb_runtime::{Bytes, Connector, ReadableStream};
use futures_util::{StreamExt as _, stream};
use load::Plan;
use tests::work::{ApiStub, CHUNK};

use crate::growth;
use crate::server::limits;

pub(crate) async fn drive(plan: Plan) {
    match plan.pattern.as_str() {
        "sequential" => {
            let api = connect(&plan).await;
            load::sequential(&plan, async |n| square(&api, n).await).await;
        }
        "pipelined" => {
            let all = connect_all(&plan).await;
            load::windowed(&plan, all, 1, |api, n| async move { square(&api, n).await }).await;
        }
        "chain" => {
            let api = connect(&plan).await;
            load::sequential(&plan, async |n| chain(&api, n).await).await;
        }
        "chained" => {
            let all = connect_all(&plan).await;
            load::windowed(&plan, all, 1, |api, n| async move { chain(&api, n).await }).await;
        }
        "map" => {
            let all = connect_all(&plan).await;
            load::windowed(
                &plan,
                all,
                ELEMENTS,
                |api, _| async move { map(&api).await },
            )
            .await;
        }
        "batch" => {
            let server = Connector::new(format!("http://{}/", plan.at));
            let send = |server, _| async move { batch(server).await };
            load::windowed(&plan, vec![server], BATCH, send).await;
        }
        "down" | "up" => stream(&plan).await,
        "capabilities" => growth::capabilities(&plan).await,
        "connections" => growth::connections(&plan).await,
        "beside-capabilities" => growth::beside_capabilities(&plan).await,
        "beside-connections" => growth::beside_connections(&plan).await,
        other => panic!("no such pattern: {other}"),
    }
}

pub(crate) async fn connect(plan: &Plan) -> ApiStub {
    try_connect(plan).await.expect("a server")
}

pub(crate) async fn try_connect(plan: &Plan) -> Option<ApiStub> {
    let connector = Connector::new(format!("ws://{}/", plan.at)).config(limits());
    connector.connect().await.ok()
}

pub(crate) async fn connect_all(plan: &Plan) -> Vec<ApiStub> {
    let mut all = Vec::new();
    for _ in 0..plan.connections {
        all.push(connect(plan).await);
    }
    all
}

pub(crate) async fn square(api: &ApiStub, n: u32) {
    let n = i64::from(n);
    let square = api.square(n).await.expect("it is answered");
    assert_eq!(square, n * n);
}

async fn chain(api: &ApiStub, n: u32) {
    let n = i64::from(n);
    let next = api.make_counter(n).increment(1).await;
    assert_eq!(next.expect("it is answered"), n + 1);
}

async fn map(api: &ApiStub) {
    let range = api.range(i64::from(ELEMENTS));
    let squares = range.map(|n| api.square(n)).await.expect("it is answered");
    assert_eq!(squares.last(), Some(&998_001));
}

async fn batch(server: Connector) {
    let batch = server.batch::<ApiStub>().expect("a URL");
    let calls: Vec<_> = (0..i64::from(BATCH))
        .map(|n| batch.main().square(n))
        .collect();
    let mut squares = batch.send(calls).await.expect("it is answered");
    let last = squares.pop().expect("as many as calls");
    assert_eq!(last.expect("it is answered"), 9801);
}

async fn stream(plan: &Plan) {
    let api = connect(plan).await;
    let chunk = Bytes::from(vec![0x5a; CHUNK]);
    let bytes = CHUNKS * CHUNK;
    load::repeated(plan, megabytes(bytes), async || {
        let sent = if plan.pattern == "up" {
            let chunks = stream::iter(std::iter::repeat_n(chunk.clone(), CHUNKS));
            api.upload(ReadableStream::new(chunks))
                .await
                .expect("it arrives")
        } else {
            download(&api).await
        };
        assert_eq!(sent, bytes);
    })
    .await;
}

async fn download(api: &ApiStub) -> usize {
    let mut stream = api.download(CHUNKS).await.expect("it begins");
    let mut bytes = 0;
    while let Some(chunk) = stream.next().await {
        bytes += chunk.expect("it arrives").len();
    }
    bytes
}

#[allow(clippy::cast_precision_loss, reason = "some megabytes")]
fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

/// Elements of the list that is mapped.
const ELEMENTS: u32 = 1000;

/// Calls in a batch.
const BATCH: u32 = 100;

/// Chunks of a stream.
const CHUNKS: usize = 500;
