//! Who may use the queue, and how far.

use capnweb_runtime::{Result, capability};
use serde::{Deserialize, Serialize};

use crate::model::{AccountId, PoolName, Quotas, Role, TaskType};

/// The accounts of all who may use the queue, and the references by which they do.
#[capability]
pub trait Access {
    /// Makes an account, and the reference by which its holder takes it up. It is told this once: only
    /// a hash is kept.
    async fn mint(&self, wish: Invitation) -> Result<Minted>;

    /// Takes an account away, and those below it: whatever was handed out on them, in whatever session,
    /// is dead when this returns, and no reference to them works again. Taking away what was taken
    /// away does nothing.
    async fn revoke(&self, id: String, how: Option<Revoking>) -> Result<AccountsRevoked>;

    /// Lists the accounts, the oldest first: those that were revoked or have expired too, for a month.
    async fn list(&self) -> Result<Vec<AccountInfo>>;
}

/// Who is to be let in, and how far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Invitation {
    /// What they are to be.
    pub role: Role,
    /// What the account is called, in lists; 200 bytes at most.
    #[serde(default)]
    pub label: String,
    /// When it ends, in milliseconds since the Unix epoch; if it is not said, not by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<u64>,
    /// In which pool a worker is to be: a worker's account has one, others have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<PoolName>,
    /// Which tasks a client may submit, or a worker carry out; if it is not said, all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub types: Option<Vec<TaskType>>,
    /// What a client's tasks may be granted: `storage`, `storage:read`, `gpu`, `network`,
    /// `network:read`; if it is not said, what clients get by the queue's settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grants: Option<Vec<String>>,
    /// How much of the queue a client may take up; of what is not said, what clients get by the
    /// queue's settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quotas: Option<Quotas>,
    /// How often the reference can be redeemed; if it is not said, as often as one likes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<u64>,
    /// The client's account that this one is to be below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under: Option<AccountId>,
}

/// An account that was made.
///
/// `Debug` leaves the reference out, which is a secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Minted {
    /// The account.
    pub id: AccountId,
    /// The reference: what the gate takes. Whoever has it is let in.
    pub reference: String,
    /// The reference together with the address of the server, if that knows where it is reached.
    pub url: Option<String>,
}

/// How an account is taken away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Revoking {
    /// What its holders are told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether its tasks are cancelled that have not come to their end; otherwise they stay, for those
    /// above it to see.
    #[serde(default)]
    pub cancel: bool,
    /// Whether the accounts are taken away too that its holders have minted, as supervisors.
    #[serde(default)]
    pub minted: bool,
}

/// The answer of a revocation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountsRevoked {
    /// Always true; what fails is an error.
    pub success: bool,
    /// The accounts that were taken away by it.
    pub revoked: Vec<AccountId>,
    /// How many tasks were cancelled.
    pub cancelled: u64,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountInfo {
    /// Its name.
    pub id: AccountId,
    /// What its holder is.
    pub role: Role,
    /// What it is called.
    pub label: String,
    /// The account that it is below.
    pub under: Option<AccountId>,
    /// Who has minted it, if that was on an account.
    pub by: Option<AccountId>,
    /// Whether it has a reference; otherwise it lasts as long as somebody holds its queue.
    pub sturdy: bool,
    /// When it was made, in milliseconds since the Unix epoch.
    pub created: u64,
    /// When it ends.
    pub expires: Option<u64>,
    /// When it was redeemed last.
    pub last_used: Option<u64>,
    /// How often it was redeemed.
    pub used: u64,
    /// How often it can be redeemed.
    pub uses: Option<u64>,
    /// When it was taken away.
    pub revoked: Option<u64>,
    /// In which pool a worker is.
    pub pool: Option<PoolName>,
    /// Which types of tasks it is for; if it is not said, all.
    pub types: Option<Vec<TaskType>>,
    /// What its tasks may be granted.
    pub grants: Vec<String>,
    /// How much of the queue it may take up.
    pub quotas: Quotas,
}

/// What a queue is to be restricted to. What is not said is as in the queue above it; what is more than
/// that has is cut to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Restriction {
    /// Which tasks may be submitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub types: Option<Vec<TaskType>>,
    /// What they may be granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grants: Option<Vec<String>>,
    /// How much of the queue they may take up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quotas: Option<Quotas>,
    /// When it ends, in milliseconds since the Unix epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<u64>,
    /// What it is called, in lists; 200 bytes at most.
    #[serde(default)]
    pub label: String,
}

impl Invitation {
    /// Creates the wish for an account of a role, with what that gets by the queue's settings.
    pub fn new(role: Role, label: impl Into<String>) -> Self {
        Self {
            role,
            label: label.into(),
            expires: None,
            pool: None,
            types: None,
            grants: None,
            quotas: None,
            uses: None,
            under: None,
        }
    }
}

impl std::fmt::Debug for Minted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Minted")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
