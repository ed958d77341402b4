//! Taking references back.

mod edges;
mod groups;
mod handed_on;
mod races;
mod streams;
mod told;
mod waiting;

use std::sync::{Arc, Mutex, PoisonError};

use capnweb_runtime::{Capability as _, Error, Promise, Result, Revoker, capability};
use tokio::sync::Notify;

use crate::support::{Census, Citizen, Link, in_time, over_both};

#[capability]
#[attenuate(VaultReader { peek })]
trait Vault {
    async fn peek(&self) -> Result<String>;
    async fn hang(&self) -> Result<String>;
    async fn revoke_yourself(&self) -> Result<String>;
}

struct Gold {
    started: Arc<Notify>,
    own: Arc<Mutex<Option<Revoker>>>,
    _citizen: Citizen,
}

impl Vault for Gold {
    async fn peek(&self) -> Result<String> {
        Ok("gold".to_owned())
    }

    async fn hang(&self) -> Result<String> {
        self.started.notify_one();
        std::future::pending().await
    }

    async fn revoke_yourself(&self) -> Result<String> {
        let revoker = self
            .own
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(revoker) = revoker {
            revoker.revoke("from within");
        }
        Ok("too late".to_owned())
    }
}

/// A bank lends its vault, and takes it back.
#[capability]
trait Bank {
    async fn lend(&self) -> Result<VaultStub>;
    async fn recall(&self, reason: String) -> Result<()>;
}

#[derive(Default)]
struct Branch {
    census: Census,
    started: Arc<Notify>,
    lent: Arc<Mutex<Option<Revoker>>>,
}

impl Branch {
    fn vault(&self) -> VaultStub {
        VaultStub::new(Gold {
            started: Arc::clone(&self.started),
            own: Arc::clone(&self.lent),
            _citizen: self.census.citizen(),
        })
    }
}

impl Bank for Branch {
    async fn lend(&self) -> Result<VaultStub> {
        let (lent, revoker) = self.vault().revocable();
        *self.lent.lock().unwrap_or_else(PoisonError::into_inner) = Some(revoker);
        Ok(lent)
    }

    async fn recall(&self, reason: String) -> Result<()> {
        let revoker = self
            .lent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        revoker
            .ok_or_else(|| Error::new("nothing is lent"))?
            .revoke(&reason);
        Ok(())
    }
}

fn branch() -> BankStub {
    BankStub::new(Branch::default())
}

fn assert_revoked<T: std::fmt::Debug>(outcome: Result<T>, reason: &str) {
    let error = outcome.unwrap_err();
    assert!(error.is_revoked(), "{error:?}");
    assert_eq!(error.to_string(), format!("revoked: {reason}"));
}

#[tokio::test]
async fn what_is_lent_is_taken_back_with_a_reason() {
    over_both(branch, async |bank| {
        let vault = bank.lend().await.unwrap();
        assert_eq!(vault.peek().await.unwrap(), "gold");
        let pending = vault.hang();
        bank.recall("dismissed").await.unwrap();
        assert_revoked(pending.await, "dismissed");
        assert_revoked(vault.peek().await, "dismissed");
        bank.recall("again").await.unwrap();
        assert_revoked(vault.clone().peek().await, "dismissed");
    })
    .await;
}

/// The fault: the object lives for as long as somebody far away holds a dead reference to it.
#[tokio::test]
async fn what_is_revoked_is_let_go_while_the_peer_still_holds_it() {
    in_time(async {
        let branch = Branch::default();
        let census = branch.census.clone();
        let bank = Link::in_process(BankStub::new(branch));
        let vault = bank.lend().await.unwrap();
        assert_eq!(census.alive(), 1);
        bank.recall("over").await.unwrap();
        assert_eq!(census.alive(), 0);
        assert_revoked(vault.peek().await, "over");
        drop(vault);
        bank.settled().await;
    })
    .await;
}

#[tokio::test]
async fn a_call_through_it_may_revoke_it() {
    over_both(branch, async |bank| {
        let vault = bank.lend().await.unwrap();
        assert_revoked(vault.revoke_yourself().await, "from within");
        assert_revoked(vault.peek().await, "from within");
    })
    .await;
}

#[tokio::test]
async fn a_borrower_in_the_middle_lends_on_and_takes_back() {
    in_time(async {
        let origin = Link::in_process(branch());
        let vault = origin.lend().await.unwrap();
        let (lent, revoker) = vault.revocable();
        let third = Link::in_process(lent);
        assert_eq!(third.peek().await.unwrap(), "gold");
        let pending: Promise<String> = third.hang();
        third.round_trip().await;
        revoker.revoke("lunch");
        assert!(revoker.is_revoked());
        assert_revoked(pending.await, "lunch");
        assert_revoked(third.peek().await, "lunch");
        assert_eq!(
            vault.peek().await.unwrap(),
            "gold",
            "the middle still has its own"
        );
        drop(vault);
        origin.settled().await;
    })
    .await;
}

#[tokio::test]
async fn one_revoker_takes_back_many_references() {
    in_time(async {
        let branch = Branch::default();
        let revoker = Revoker::new();
        let vaults = [branch.vault(), branch.vault()];
        let guarded = vaults.each_ref().map(|vault| revoker.revocable(vault));
        assert_eq!(guarded[0].peek().await.unwrap(), "gold");
        revoker.clone().revoke("closed");
        for guarded in &guarded {
            assert_revoked(guarded.peek().await, "closed");
        }
        assert_revoked(revoker.revocable(&vaults[0]).peek().await, "closed");
        assert_eq!(vaults[0].peek().await.unwrap(), "gold");
        drop(vaults);
        assert_eq!(branch.census.alive(), 0);
    })
    .await;
}

#[tokio::test]
async fn facets_of_what_is_revoked_are_revoked_and_facets_are_revocable() {
    in_time(async {
        let branch = Branch::default();
        let (revocable, revoker) = branch.vault().revocable();
        let facet: VaultReaderStub = revocable.attenuate();
        let link = Link::in_process(facet);
        assert_eq!(link.peek().await.unwrap(), "gold");
        revoker.revoke("over");
        assert_revoked(link.peek().await, "over");
        let missing = link.as_stub().call("hang", ()).await.unwrap_err();
        assert_eq!(missing.to_string(), "'hang' is not a function.");

        let facet: VaultReaderStub = branch.vault().attenuate();
        let (facet, revoker) = facet.revocable();
        assert_eq!(facet.peek().await.unwrap(), "gold");
        revoker.revoke("over");
        assert_revoked(facet.peek().await, "over");
    })
    .await;
}

#[tokio::test]
async fn dropping_a_revoker_revokes_nothing() {
    in_time(async {
        let (vault, revoker) = Branch::default().vault().revocable();
        drop(revoker);
        assert_eq!(vault.peek().await.unwrap(), "gold");
    })
    .await;
}
