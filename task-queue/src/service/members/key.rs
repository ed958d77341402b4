//! What a worker comes back with.

use std::str::FromStr;

use sha2::{Digest as _, Sha256};

use crate::entropy::OsEntropy;
use crate::model::{Entropy as _, KeyHash, WorkerId};
use crate::service::refusal::Refusal;

/// What a worker comes back with after its connection was lost: its name, and a secret.
pub(super) struct ResumeKey {
    pub(super) worker: WorkerId,
    secret: String,
}

impl ResumeKey {
    /// Draws a fresh one.
    pub(super) fn draw(worker: WorkerId) -> Self {
        // 256 bits.
        let secret = format!("{:032x}{:032x}", OsEntropy.draw(), OsEntropy.draw());
        Self { worker, secret }
    }

    /// Returns what the queue knows of it.
    pub(super) fn hash(&self) -> KeyHash {
        KeyHash::new(Sha256::digest(self.secret.as_bytes()).into())
    }

    /// Returns it as text.
    pub(super) fn to_text(&self) -> String {
        format!("{}.{}", self.worker, self.secret)
    }
}

impl FromStr for ResumeKey {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let (worker, secret) = text.split_once('.').ok_or(Refusal::NoSuchWorker)?;
        let worker = worker.parse().map_err(|_| Refusal::NoSuchWorker)?;
        let secret = secret.to_owned();
        Ok(Self { worker, secret })
    }
}
