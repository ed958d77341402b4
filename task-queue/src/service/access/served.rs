//! The office as a capability.

use std::sync::Arc;

use capnweb_runtime::Result;

use super::directory::Entry;
use super::office::Office;
use crate::caps::{Access, AccessStub, AccountInfo, AccountsRevoked, Invitation, Minted, Revoking};
use crate::model::{AccountId, Timestamp, Types};
use crate::service::refusal::Refusal;

struct ServedAccess {
    office: Arc<Office>,
    /// On whose account it is asked.
    by: Option<AccountId>,
}

/// Makes a reference to the office, for who holds an account.
pub(in crate::service) fn access(office: &Arc<Office>, by: Option<AccountId>) -> AccessStub {
    let office = Arc::clone(office);
    AccessStub::new(ServedAccess { office, by })
}

impl Access for ServedAccess {
    async fn mint(&self, wish: Invitation) -> Result<Minted> {
        Ok(self.office.mint(wish, self.by).await?)
    }

    async fn revoke(&self, id: String, how: Option<Revoking>) -> Result<AccountsRevoked> {
        let id = id.parse().map_err(|_| Refusal::NoSuchAccount)?;
        // Whoever revokes the account on which they ask would not hear of it, and what is left to do
        // would not be done, if it were done in the call.
        let office = Arc::clone(&self.office);
        let revoking = async move { office.revoke(id, how.unwrap_or_default()).await };
        let revoked = tokio::spawn(revoking).await;
        Ok(revoked.map_err(|_| Refusal::Stopped)??)
    }

    async fn list(&self) -> Result<Vec<AccountInfo>> {
        Ok(self.office.list().iter().filter_map(info).collect())
    }
}

/// Describes an account.
pub(super) fn info(entry: &Entry) -> Option<AccountInfo> {
    let charter = &entry.charter;
    let terms = &charter.terms;
    let types = match &terms.types {
        Types::All => None,
        Types::These(types) => Some(types.iter().cloned().collect()),
    };
    let words = terms.grants.words().into_iter();
    Some(AccountInfo {
        id: charter.submitter.account()?,
        role: charter.role,
        label: charter.label.clone(),
        under: charter.submitter.above().account(),
        by: charter.by,
        sturdy: entry.reference.is_some(),
        created: entry.created.as_millis(),
        expires: charter.expires.map(Timestamp::as_millis),
        last_used: entry.uses.map(|uses| uses.last.as_millis()),
        used: entry.uses.map_or(0, |uses| uses.count),
        uses: charter.uses,
        revoked: entry.revoked.map(Timestamp::as_millis),
        pool: charter.pool.clone(),
        types,
        grants: words.map(str::to_owned).collect(),
        quotas: terms.quotas,
    })
}
