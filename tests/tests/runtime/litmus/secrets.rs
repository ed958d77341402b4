//! A20: looking for secrets in what a server can write down of a session.

use capnweb_runtime::{Call, Error, Result};

use super::bank::{Bank, BankStub, SafeStub};
use crate::support::{RawPeer, serving};

struct Branch;

impl Bank for Branch {
    async fn guest(&self) -> Result<SafeStub> {
        Err(Error::new("closed"))
    }

    async fn check(&self, _pin: u32) -> Result<()> {
        Err(Error::new("no"))
    }

    async fn session(&self, call: Call) -> Result<String> {
        let session = call.session().ok_or_else(|| Error::new("there is none"))?;
        Ok(format!("{call:?} {session:?} {:?}", session.stats()))
    }
}

/// If it failed, what a caller has put into a call would stand in logs that show sessions and calls.
#[tokio::test]
async fn a20_what_is_shown_of_a_session_has_no_arguments() {
    let url = serving(|_| BankStub::new(Branch)).await;
    let mut peer = RawPeer::connect(&url).await;
    for (id, argument) in (1..).zip([r#""hunter2""#, r#"{"pin":"hunter2"}"#, r#"[["hunter2"]]"#]) {
        let call = format!(r#"["pipeline",0,["check"],[{argument}]]"#);
        let refused = peer.ask(id, &call).await;
        assert!(refused.starts_with("reject "), "{refused}");
    }
    let shown = peer
        .ask(4, r#"["pipeline",0,["session"],["hunter2"]]"#)
        .await;
    assert!(shown.starts_with("resolve "), "{shown}");
    assert!(!shown.contains("hunter2"), "{shown}");
}
