//! Revokers as capabilities.

use std::sync::Arc;

use capnweb_runtime::{RemoteRevokerStub, Result, Revoker, capability};

use super::{Branch, VaultStub, assert_revoked};
use crate::support::{Link, RawPeer, in_time, over_both, serving};

/// Lends a vault to one, and the right to take it back to another.
#[capability]
trait Estate {
    async fn vault(&self) -> Result<VaultStub>;
    async fn revoker(&self) -> Result<RemoteRevokerStub>;
}

#[derive(Clone, Default)]
struct Manor {
    branch: Arc<Branch>,
    revoker: Revoker,
}

impl Estate for Manor {
    async fn vault(&self) -> Result<VaultStub> {
        Ok(self.revoker.revocable(&self.branch.vault()))
    }

    async fn revoker(&self) -> Result<RemoteRevokerStub> {
        Ok(self.revoker.stub())
    }
}

#[tokio::test]
async fn whoever_has_the_revoker_takes_back() {
    over_both(
        || EstateStub::new(Manor::default()),
        async |estate| {
            let vault = estate.vault().await.unwrap();
            let revoker = estate.revoker().await.unwrap();
            let pending = vault.hang();
            assert!(!revoker.is_revoked().await.unwrap());
            revoker.revoke("sold").await.unwrap();
            assert_revoked(pending.await, "sold");
            assert_revoked(vault.peek().await, "sold");
            assert!(revoker.is_revoked().await.unwrap());
        },
    )
    .await;
}

/// The fault: who holds a reference finds out, or gets at, what takes it back; or the other way round.
#[tokio::test]
async fn a_reference_does_not_lead_to_its_revoker() {
    let manor = Manor::default();
    let served = manor.clone();
    let url = serving(move |_| EstateStub::new(served.clone())).await;
    let mut peer = RawPeer::connect(&url).await;
    peer.send(r#"["push",["pipeline",0,["vault"],[]]]"#).await;
    peer.send(r#"["push",["pipeline",0,["revoker"],[]]]"#).await;
    let mut id = 2;
    for (of, other) in [
        (1, ["revoke", "isRevoked", "gate", "revoker", "inner"]),
        (2, ["peek", "hang", "target", "inner", "gate"]),
    ] {
        for name in other {
            for path in [format!(r#"["{name}"]"#), format!(r#"["{name}","revoke"]"#)] {
                id += 1;
                let called = format!(r#"["pipeline",{of},{path},["mine"]]"#);
                let answer = peer.ask(id, &called).await;
                assert!(answer.starts_with("reject "), "{called}: {answer}");
            }
        }
    }
    assert!(!manor.revoker.is_revoked());
}

/// The fault: a peer says why at such length that everybody who is refused has to hear it.
#[tokio::test]
async fn a_peer_does_not_say_why_at_any_length() {
    let manor = Manor::default();
    let link = Link::in_process(EstateStub::new(manor.clone()));
    let vault = manor.vault().await.unwrap();
    let revoker = in_time(link.revoker()).await.unwrap();
    in_time(revoker.revoke("x".repeat(100_000))).await.unwrap();
    let told = vault.peek().await.unwrap_err().to_string();
    assert_eq!(told, format!("revoked: {}…", "x".repeat(256)));
}

/// A right like any other: it can be lent itself, and taken back.
#[tokio::test]
async fn the_right_to_revoke_can_be_revoked() {
    let manor = Manor::default();
    let (lent, own) = manor.revoker.stub().revocable();
    own.revoke("not yours any more");
    let refused = in_time(lent.revoke("mine")).await;
    assert_revoked(refused, "not yours any more");
    assert!(!manor.revoker.is_revoked());
}
