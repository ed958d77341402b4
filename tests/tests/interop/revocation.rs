//! Revokers in the hands of JavaScript.

use std::time::Duration;

use capnweb_runtime::{RemoteRevokerStub, Result, Revoker, capability};

use super::support::{node, runtime, serving};

#[capability]
trait Door {
    async fn knock(&self) -> Result<String>;
    #[rpc(cancel = "drop")]
    async fn hang(&self) -> Result<()>;
}

#[capability]
trait Landlord {
    async fn lend(&self) -> Result<DoorStub>;
    async fn revoker(&self) -> Result<RemoteRevokerStub>;
    async fn is_open(&self) -> Result<bool>;
}

struct Front;

impl Door for Front {
    async fn knock(&self) -> Result<String> {
        Ok("come in".to_owned())
    }

    async fn hang(&self) -> Result<()> {
        std::future::pending().await
    }
}

struct House(Revoker);

impl Landlord for House {
    async fn lend(&self) -> Result<DoorStub> {
        Ok(self.0.revocable(&DoorStub::new(Front)))
    }

    async fn revoker(&self) -> Result<RemoteRevokerStub> {
        Ok(self.0.stub())
    }

    async fn is_open(&self) -> Result<bool> {
        Ok(true)
    }
}

#[test]
fn javascript_takes_back_what_rust_has_lent() {
    let Some(node) = node() else { return };
    let runtime = runtime();
    let url = runtime.block_on(serving(|_| LandlordStub::new(House(Revoker::new()))));
    let mut client = node.program("revocation.mjs", &[&url]).unwrap();
    let end = client.finish(Duration::from_mins(1)).unwrap();
    assert!(end.status.success(), "{}: {}", end.status, end.stderr);
    assert_eq!(end.lines, ["it is revoked"]);
}
