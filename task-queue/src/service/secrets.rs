//! The secrets by which a connection takes a role.

use std::fmt;

use crate::entropy::OsEntropy;
use crate::model::Entropy as _;

/// What the gate takes for a role. Whoever knows one has that role.
pub struct Secrets {
    /// For everything.
    pub supervisor: String,
    /// For submitting tasks, and for what becomes of them.
    pub client: String,
}

/// What somebody is to the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Supervisor,
    Client,
}

impl Secrets {
    /// Draws fresh ones.
    pub(super) fn draw() -> Self {
        Self {
            supervisor: secret(),
            client: secret(),
        }
    }

    /// Returns the role that a secret stands for.
    pub(super) fn role_of(&self, secret: &str) -> Option<Role> {
        // Both are compared, whatever the first says: the time taken tells nothing.
        let is_supervisor = same(secret, &self.supervisor);
        let is_client = same(secret, &self.client);
        if is_supervisor {
            Some(Role::Supervisor)
        } else {
            is_client.then_some(Role::Client)
        }
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(..)")
    }
}

/// Draws 256 bits, as text.
pub(super) fn secret() -> String {
    format!("{:032x}{:032x}", OsEntropy.draw(), OsEntropy.draw())
}

/// Compares two texts in a time that depends on their lengths only.
fn same(left: &str, right: &str) -> bool {
    let differing = left
        .bytes()
        .zip(right.bytes())
        .fold(0, |sum, (a, b)| sum | (a ^ b));
    left.len() == right.len() && differing == 0
}
