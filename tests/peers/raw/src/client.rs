//! A client that counts frames.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Instant;

use futures_util::{SinkExt as _, StreamExt as _};
use load::{Latencies, Plan, Report};
use tokio::net::TcpStream;
use tokio::task::{JoinSet, LocalSet};
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::server::next_ready;

type Socket = WebSocketStream<TcpStream>;

pub(crate) async fn drive(plan: Plan) {
    match plan.pattern.as_str() {
        "sequential" => sequential(&plan).await,
        "pipelined" => windowed(&plan).await,
        "down" => stream(&plan, Message::text("more")).await,
        "up" => stream(&plan, Message::Text(Utf8Bytes::from(chunk()))).await,
        other => panic!("no such pattern: {other}"),
    }
}

async fn connect(plan: &Plan) -> Socket {
    let socket = TcpStream::connect(plan.at).await.expect("a server");
    socket.set_nodelay(true).expect("it is TCP");
    let url = format!("ws://{}/", plan.at);
    client_async(url, socket).await.expect("a WebSocket").0
}

async fn sequential(plan: &Plan) {
    let mut socket = connect(plan).await;
    let warm = Instant::now();
    while warm.elapsed() < plan.warm {
        call(&mut socket).await;
    }
    let mut latencies = Latencies::default();
    let mut report = Report::begin(plan);
    let begun = Instant::now();
    let mut n = 0_u32;
    while begun.elapsed() < plan.time {
        let called = Instant::now();
        call(&mut socket).await;
        latencies.note(called);
        n += 1;
    }
    report.end(f64::from(n));
    report.latencies(latencies).print();
}

async fn call(socket: &mut Socket) {
    feed_call(socket).await;
    socket.flush().await.expect("the server is there");
    socket.next().await.expect("an answer").expect("a frame");
}

async fn feed_call(socket: &mut Socket) {
    for frame in CALL {
        let frame = Message::text(frame);
        socket.feed(frame).await.expect("the server is there");
    }
}

async fn windowed(plan: &Plan) {
    let mut sockets = Vec::new();
    for _ in 0..plan.connections {
        sockets.push(connect(plan).await);
    }
    let answered = Rc::new(Cell::new(0_u32));
    let tasks = async {
        let mut tasks = JoinSet::new();
        for socket in sockets {
            tasks.spawn_local(keep_flying(socket, plan.window, Rc::clone(&answered)));
        }
        sleep(plan.warm).await;
        let before = answered.get();
        let mut report = Report::begin(plan);
        sleep(plan.time).await;
        report.end(f64::from(answered.get() - before));
        report.print();
    };
    LocalSet::new().run_until(tasks).await;
}

async fn keep_flying(mut socket: Socket, window: usize, answered: Rc<Cell<u32>>) {
    for _ in 0..window {
        feed_call(&mut socket).await;
    }
    loop {
        socket.flush().await.expect("the server is there");
        let mut ready = socket.next().await.map(|frame| frame.expect("a frame"));
        while ready.is_some() {
            answered.set(answered.get() + 1);
            feed_call(&mut socket).await;
            ready = next_ready(&mut socket);
        }
    }
}

/// Sends the same frame again and again, with so many unanswered at a time that 64 KiB each make up
/// the window that streams begin with.
async fn stream(plan: &Plan, frame: Message) {
    let mut socket = connect(plan).await;
    for _ in 0..WINDOW {
        socket
            .feed(frame.clone())
            .await
            .expect("the server is there");
    }
    load::repeated(plan, CHUNK / 1e6, async || {
        socket.flush().await.expect("the server is there");
        socket.next().await.expect("an answer").expect("a frame");
        socket
            .feed(frame.clone())
            .await
            .expect("the server is there");
    })
    .await;
}

/// What a chunk of 64 KiB looks like on the wire.
pub(crate) fn chunk() -> String {
    let data = "A".repeat(87_382);
    format!(r#"["stream",["pipeline",3,["write"],[["bytes","{data}"]]]]"#)
}

/// The three frames of a call.
const CALL: [&str; 3] = [
    r#"["push",["pipeline",0,["square"],[1234567]]]"#,
    r#"["pull",1234567]"#,
    r#"["release",1234567,1]"#,
];

/// Frames of a stream that are unanswered at a time.
const WINDOW: usize = 4;

/// Bytes in a chunk.
const CHUNK: f64 = 65_536.0;
