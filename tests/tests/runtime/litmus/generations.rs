//! A18: references of a session that is over.

use capnweb_runtime::{Connector, Session};

use super::bank::{BankStub, SafeStub};
use crate::support::{RawPeer, RawServer, in_time};

/// If it failed, a stub from before a reconnect would call whatever has its id now: a delete meant for
/// one object would hit another.
#[tokio::test]
async fn a18_an_old_reference_after_a_reconnect() {
    let server = RawServer::bind().await;
    let (mut before, bank, session) = connect(&server).await;
    let old = given(&mut before, &bank).await;
    drop(before.into_stream());
    drop(in_time(session.closed()).await);

    let (mut after, bank, _session) = connect(&server).await;
    let new = given(&mut after, &bank).await;
    let error = old.peek().await.unwrap_err();
    assert!(error.is_disconnected(), "{error:?}");
    drop(old);
    // What is said next is the first thing that is said: nothing of the old one arrived.
    let marker = new.empty();
    assert_eq!(
        after.text().await,
        r#"["push",["pipeline",-1,["empty"],[]]]"#
    );
    drop(marker);
}

async fn connect(server: &RawServer) -> (RawPeer, BankStub, Session) {
    let connector = Connector::new(&server.url);
    let (peer, connected) = tokio::join!(server.accept(), connector.connect_with_session());
    let (bank, session) = connected.expect("the server is there");
    (peer, bank, session)
}

/// Has the server give a safe, always under the same id.
async fn given(peer: &mut RawPeer, bank: &BankStub) -> SafeStub {
    let guest = bank.guest();
    let (safe, ()) = tokio::join!(async { guest.await.expect("it is given") }, async {
        assert_eq!(peer.text().await, r#"["push",["pipeline",0,["guest"],[]]]"#);
        assert_eq!(peer.text().await, r#"["pull",1]"#);
        peer.send(r#"["resolve",1,["export",-1]]"#).await;
        assert_eq!(peer.text().await, r#"["release",1,1]"#);
    });
    safe
}
