//! What is revoked while it waits for a connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use capnweb_runtime::{
    Connector, Error, Reconnect, ReconnectingClient, Result, Revoker, Server, capability,
};
use futures_util::FutureExt as _;
use tokio::net::TcpListener;

use crate::support::in_time;

#[capability]
trait Bell {
    async fn ring(&self) -> Result<usize>;
}

/// Counts how often it rings.
#[derive(Clone, Default)]
struct Brass(Arc<AtomicUsize>);

impl Bell for Brass {
    async fn ring(&self) -> Result<usize> {
        Ok(self.0.fetch_add(1, Ordering::SeqCst))
    }
}

/// Returns how a call ended that was revoked while there was no server, once there is one.
async fn revoked_while_waiting(lend: impl FnOnce(&BellStub) -> (BellStub, Revoker)) -> Error {
    let address = {
        let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
        nobody.local_addr().unwrap()
    };
    let pause = Duration::from_millis(1);
    let client: ReconnectingClient<BellStub> = Connector::new(format!("ws://{address}/"))
        .reconnecting(Reconnect::new().backoff(pause, pause))
        .unwrap();
    let main = client.main();
    let (bell, revoker) = lend(&main);
    let mut ringing = Box::pin(async { bell.ring().await });
    assert!((&mut ringing).now_or_never().is_none(), "nobody is there");
    revoker.revoke("too late");
    let brass = Brass::default();
    let same = brass.clone();
    let server = Server::new(move |_| BellStub::new(same.clone()));
    let listener = TcpListener::bind(address).await.expect("it is free again");
    drop(tokio::spawn(server.serve(listener)));
    assert_eq!(
        in_time(main.ring()).await.unwrap(),
        0,
        "nobody has rung before"
    );
    in_time(ringing).await.unwrap_err()
}

/// A7. The fault: what had not been sent when it was revoked is sent when there is a connection.
#[tokio::test]
async fn what_waits_for_a_connection_is_not_sent_any_more() {
    let revocable = revoked_while_waiting(BellStub::revocable).await;
    assert!(revocable.is_revoked(), "{revocable:?}");
    let membrane = revoked_while_waiting(BellStub::membrane).await;
    assert!(membrane.is_revoked(), "{membrane:?}");
}
