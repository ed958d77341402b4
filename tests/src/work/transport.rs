//! How the two ends are connected, in one process.

use capnweb_runtime::{Limits, connect, in_process, serve};
use tokio::net::TcpListener;

use super::api::{ApiStub, Worker};

/// How the two ends are connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// Within the process.
    InProcess,
    /// By a WebSocket over loopback.
    WebSocket,
}

impl Transport {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::InProcess, Self::WebSocket];

    /// Returns what it is called in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InProcess => "in-process",
            Self::WebSocket => "websocket",
        }
    }

    /// Returns a main object that is served in this process, too.
    ///
    /// # Panics
    ///
    /// When there is no port to listen on, or no Tokio runtime.
    pub async fn connect(self) -> ApiStub {
        let api = ApiStub::new(Worker);
        match self {
            Self::InProcess => in_process(api.clone(), api, Limits::default()).0,
            Self::WebSocket => {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
                let address = listener.local_addr().expect("it has an address");
                drop(tokio::spawn(serve(listener, move |_peer| api.clone())));
                let connected = connect(&format!("ws://{address}/")).await;
                connected.expect("the server is there")
            }
        }
    }
}
