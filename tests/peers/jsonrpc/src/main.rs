//! jsonrpsee over WebSocket, both ends.

use std::sync::Arc;

use jsonrpsee::core::{RpcResult, async_trait};
use jsonrpsee::proc_macros::rpc;
use jsonrpsee::server::{Server, ServerConfig};
use jsonrpsee::ws_client::{WsClient, WsClientBuilder};
use load::{Options, Plan, runtime};

/// What is called.
#[rpc(server, client)]
trait Api {
    #[method(name = "square")]
    async fn square(&self, n: i64) -> RpcResult<i64>;
}

struct Worker;

#[async_trait]
impl ApiServer for Worker {
    async fn square(&self, n: i64) -> RpcResult<i64> {
        Ok(n * n)
    }
}

fn main() {
    let options = Options::from_command_line();
    if options.command("serve") {
        runtime().block_on(serve());
    } else {
        runtime().block_on(drive(Plan::of(&options)));
    }
}

async fn serve() {
    let config = ServerConfig::builder()
        .max_connections(2000)
        .set_message_buffer_capacity(ROOM)
        .build();
    let server = Server::builder()
        .set_config(config)
        .build("127.0.0.1:0")
        .await;
    let server = server.expect("a free port");
    load::announce(server.local_addr().expect("it has an address"));
    server.start(Worker.into_rpc()).stopped().await;
}

async fn drive(plan: Plan) {
    let mut clients = Vec::new();
    for _ in 0..plan.connections {
        clients.push(connect(&plan).await);
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

async fn connect(plan: &Plan) -> Arc<WsClient> {
    let client = WsClientBuilder::default()
        .max_concurrent_requests(ROOM as usize)
        .build(format!("ws://{}", plan.at))
        .await;
    Arc::new(client.expect("a server"))
}

async fn square(client: &WsClient, n: u32) {
    let n = i64::from(n);
    assert_eq!(client.square(n).await.expect("it is answered"), n * n);
}

/// More than are in flight.
const ROOM: u32 = 4096;
