//! tarpc over TCP, both ends, with JSON or bincode.

use futures_util::StreamExt as _;
use load::{Options, Plan, runtime};
use tarpc::context::{self, Context};
use tarpc::server::{BaseChannel, Channel as _};
use tarpc::tokio_serde::formats::{Bincode, Json};
use tarpc::{client, serde_transport, server};

/// What is called.
#[tarpc::service]
trait Api {
    async fn square(n: i64) -> i64;
}

#[derive(Clone)]
struct Worker;

impl Api for Worker {
    async fn square(self, _: Context, n: i64) -> i64 {
        n * n
    }
}

fn main() {
    let options = Options::from_command_line();
    let codec = options.get("codec", "json".to_owned());
    if options.command("serve") {
        runtime().block_on(serve(&codec));
    } else {
        runtime().block_on(drive(Plan::of(&options), &codec));
    }
}

macro_rules! serve {
    ($codec:expr) => {{
        let listener = serde_transport::tcp::listen("127.0.0.1:0", $codec).await;
        let mut listener = listener.expect("a free port");
        load::announce(listener.local_addr());
        while let Some(Ok(transport)) = listener.next().await {
            transport.get_ref().set_nodelay(true).expect("it is TCP");
            let mut config = server::Config::default();
            config.pending_response_buffer = ROOM;
            let channel = BaseChannel::new(config, transport).execute(Worker.serve());
            drop(tokio::spawn(channel.for_each(|answer| async move {
                drop(tokio::spawn(answer));
            })));
        }
    }};
}

macro_rules! connect {
    ($plan:expr, $codec:expr) => {{
        let transport = serde_transport::tcp::connect($plan.at, $codec).await;
        let transport = transport.expect("a server");
        transport.get_ref().set_nodelay(true).expect("it is TCP");
        let mut config = client::Config::default();
        config.max_in_flight_requests = ROOM;
        config.pending_request_buffer = ROOM;
        ApiClient::new(config, transport).spawn()
    }};
}

async fn serve(codec: &str) {
    match codec {
        "json" => serve!(Json::default),
        _ => serve!(Bincode::default),
    }
}

async fn drive(plan: Plan, codec: &str) {
    let mut clients = Vec::new();
    for _ in 0..plan.connections {
        clients.push(match codec {
            "json" => connect!(plan, Json::default),
            _ => connect!(plan, Bincode::default),
        });
    }
    if plan.pattern == "sequential" {
        load::sequential(&plan, async |n| square(&clients[0], n).await).await;
    } else {
        load::windowed(&plan, clients, 1, |client, n| async move {
            square(&client, n).await
        })
        .await;
    }
}

async fn square(client: &ApiClient, n: u32) {
    let n = i64::from(n);
    let square = client.square(context::current(), n).await;
    assert_eq!(square.expect("it is answered"), n * n);
}

/// More than are in flight.
const ROOM: usize = 4096;
