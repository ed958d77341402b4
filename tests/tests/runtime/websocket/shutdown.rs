//! Servers that end on purpose.

use std::net::SocketAddr;

use axum::Router;
use capnweb_runtime::{
    Call, Capability as _, Connector, Disconnect, Result, Server, Session, capability, connect,
};
use futures_util::FutureExt as _;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use super::super::support::{Frozen, Heard, RawPeer, Response, in_time, open, post_head, seconds};

#[capability]
trait Door {
    async fn opened(&self) -> Result<String>;
    async fn never(&self) -> Result<()>;
}

/// Answers when it is opened.
struct Waiting(watch::Receiver<bool>);

impl Door for Waiting {
    async fn opened(&self) -> Result<String> {
        let mut opened = self.0.clone();
        drop(opened.wait_for(|opened| *opened).await);
        Ok("open".to_owned())
    }

    async fn never(&self) -> Result<()> {
        std::future::pending().await
    }
}

/// A server that is told when to end.
struct Ending {
    url: String,
    door: watch::Sender<bool>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<std::io::Result<()>>,
}

async fn serving() -> Ending {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/", listener.local_addr().unwrap());
    let (door, opened) = watch::channel(false);
    let server = Server::new(move |_| DoorStub::new(Waiting(opened.clone())));
    let (stop, stopped) = oneshot::channel();
    let signal = async { drop(stopped.await) };
    let serving = tokio::spawn(server.serve_with_shutdown(listener, signal));
    Ending {
        url,
        door,
        stop,
        serving,
    }
}

const GOODBYE: &str = "The server is shutting down.";

async fn client(url: &str) -> (DoorStub, Session) {
    in_time(Connector::new(url).connect_with_session())
        .await
        .expect("the server is there")
}

/// The fault: a deployment that cuts off calls which were about to be answered.
#[tokio::test]
async fn calls_in_flight_are_answered_before_a_server_ends() {
    in_time(async {
        let server = serving().await;
        let (door, session) = client(&server.url).await;
        let mut idle = RawPeer::connect(&server.url).await;
        let answer = tokio::spawn(door.opened());
        door.as_stub().get("nothing").await.unwrap();
        server.stop.send(()).unwrap();
        // What has nothing to wait for goes at once.
        let told = idle.text().await;
        assert_eq!(told, format!(r#"["abort",["error","Error","{GOODBYE}"]]"#));
        assert_eq!(idle.hear().await, Heard::Closed(3000, GOODBYE.to_owned()));
        drop(idle);
        assert!(connect::<DoorStub>(&server.url).await.is_err());
        // The other one is served on.
        door.as_stub().get("nothing").await.unwrap();
        server.door.send(true).unwrap();
        assert_eq!(answer.await.unwrap().unwrap(), "open");
        let Disconnect::AbortedByPeer { message, .. } = session.closed().await else {
            panic!("the server said why");
        };
        assert_eq!(message.as_ref(), GOODBYE);
        server.serving.await.unwrap().unwrap();
    })
    .await;
}

/// The fault: a server that never ends because of a call that never does.
#[tokio::test]
async fn nobody_is_waited_for_longer_than_the_grace_period() {
    let clock = Frozen::new();
    let server = serving().await;
    let (door, session) = client(&server.url).await;
    let hanging = tokio::spawn(door.never());
    door.as_stub().get("nothing").await.unwrap();
    server.stop.send(()).unwrap();
    clock.pass(seconds(29)).await;
    assert!(session.closed().now_or_never().is_none());
    clock.pass(seconds(2)).await;
    assert_eq!(session.closed().await.to_string(), GOODBYE);
    assert_eq!(hanging.await.unwrap().unwrap_err().to_string(), GOODBYE);
    server.serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_batch_in_flight_is_answered_before_a_server_ends() {
    in_time(async {
        let server = serving().await;
        let body = "[\"push\",[\"pipeline\",0,[\"opened\"],[]]]\n[\"pull\",1]";
        let head = post_head(&server.url, "", body.len());
        let stream = open(&server.url, &(head + body)).await;
        // It came before this session, which is answered.
        let (door, _session) = client(&server.url).await;
        door.as_stub().get("nothing").await.unwrap();
        server.stop.send(()).unwrap();
        server.door.send(true).unwrap();
        let response = Response::read(stream).await;
        assert_eq!(response.body, r#"["resolve",1,"open"]"#);
        server.serving.await.unwrap().unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_service_ends_its_sessions_when_it_is_told_to() {
    in_time(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}/", listener.local_addr().unwrap());
        let (open, opened) = watch::channel(false);
        let server = Server::new(move |_| DoorStub::new(Waiting(opened.clone())));
        let service = server.into_service();
        let app = Router::new().fallback_service(service.clone());
        drop(tokio::spawn(axum::serve(listener, app).into_future()));
        let (door, session) = client(&url).await;
        let answer = tokio::spawn(door.opened());
        door.as_stub().get("nothing").await.unwrap();
        let ending = tokio::spawn(async move { service.shut_down().await });
        while connect::<DoorStub>(&url).await.is_ok() {}
        open.send(true).unwrap();
        assert_eq!(answer.await.unwrap().unwrap(), "open");
        ending.await.unwrap();
        assert_eq!(session.closed().await.to_string(), GOODBYE);
    })
    .await;
}

/// The fault: on a route of axum one could have the peer's address, or an orderly end, not both.
#[tokio::test]
async fn a_service_on_a_route_knows_its_peers_and_ends_when_it_is_told_to() {
    in_time(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}/rpc", listener.local_addr().unwrap());
        let (open, opened) = watch::channel(false);
        let (tell, mut told) = mpsc::unbounded_channel();
        let server = Server::new(move |peer| {
            tell.send(peer.address).expect("the test listens");
            DoorStub::new(Waiting(opened.clone()))
        });
        let service = server.into_service();
        let app = Router::new()
            .route("/rpc", capnweb_runtime::axum::route(service.clone()))
            .into_make_service_with_connect_info::<SocketAddr>();
        drop(tokio::spawn(axum::serve(listener, app).into_future()));
        let (door, session) = client(&url).await;
        let address = told.recv().await.unwrap().expect("it is known");
        assert!(address.ip().is_loopback(), "{address}");
        let answer = tokio::spawn(door.opened());
        door.as_stub().get("nothing").await.unwrap();
        let ending = tokio::spawn(async move { service.shut_down().await });
        while connect::<DoorStub>(&url).await.is_ok() {}
        open.send(true).unwrap();
        assert_eq!(answer.await.unwrap().unwrap(), "open");
        ending.await.unwrap();
        assert_eq!(session.closed().await.to_string(), GOODBYE);
    })
    .await;
}

/// What a server does for itself, a program can do for one session.
#[tokio::test]
async fn a_session_can_be_drained() {
    #[capability]
    trait Last {
        async fn order(&self, call: Call) -> Result<String>;
    }
    struct Orders;
    impl Last for Orders {
        async fn order(&self, call: Call) -> Result<String> {
            let session = call.session().expect("it came over one").clone();
            drop(tokio::spawn(async move {
                if session.drain().await.is_ok() {
                    session.close("done");
                }
            }));
            tokio::task::yield_now().await;
            Ok("served".to_owned())
        }
    }
    in_time(async {
        let url = super::super::support::serving(|_| LastStub::new(Orders)).await;
        let (last, session): (LastStub, Session) =
            Connector::new(url).connect_with_session().await.unwrap();
        assert_eq!(last.order().await.unwrap(), "served");
        assert_eq!(session.closed().await.to_string(), "done");
    })
    .await;
}
