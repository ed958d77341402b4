//! Whose a task is.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::AccountId;

/// On whose account a task was submitted, and so in whose view of the queue it is.
///
/// Accounts are below one another: what is submitted on one of them is in the views of all that it is
/// below, and counts towards their quotas. A supervisor's tasks are on nobody's account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Submitter(Option<Arc<Vec<AccountId>>>);

impl Submitter {
    /// A supervisor: only supervisors see its tasks.
    pub const SUPERVISOR: Self = Self(None);

    /// Returns who submits on an account that is below this one's.
    #[must_use]
    pub fn below(&self, account: AccountId) -> Self {
        let accounts = self.accounts().iter().copied();
        Self(Some(Arc::new(accounts.chain([account]).collect())))
    }

    /// Returns the accounts, from the highest down.
    pub fn accounts(&self) -> &[AccountId] {
        self.0.as_deref().map_or(&[], Vec::as_slice)
    }

    /// Returns the account itself; a supervisor has none.
    pub fn account(&self) -> Option<AccountId> {
        self.accounts().last().copied()
    }

    /// Returns the one that this one is below.
    #[must_use]
    pub fn above(&self) -> Self {
        let above = self
            .accounts()
            .split_last()
            .map_or(&[][..], |(_, above)| above);
        Self::of(above)
    }

    /// Returns whether what the other one submits is in the view of this one.
    pub fn sees(&self, other: &Self) -> bool {
        other.accounts().starts_with(self.accounts())
    }

    fn of(accounts: &[AccountId]) -> Self {
        Self((!accounts.is_empty()).then(|| Arc::new(accounts.to_vec())))
    }
}

/// As the list of its accounts.
impl Serialize for Submitter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.accounts().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Submitter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(|accounts| Self::of(&accounts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(number: u128) -> AccountId {
        AccountId::of_bits(number)
    }

    #[test]
    fn who_is_above_sees_and_nobody_else() {
        let tenant = Submitter::SUPERVISOR.below(account(1));
        let customer = tenant.below(account(2));
        let stranger = Submitter::SUPERVISOR.below(account(2));
        for (sees, whom, expected) in [
            (&Submitter::SUPERVISOR, &customer, true),
            (&tenant, &customer, true),
            (&customer, &customer, true),
            (&customer, &tenant, false),
            (&stranger, &customer, false),
            (&tenant, &Submitter::SUPERVISOR, false),
        ] {
            assert_eq!(sees.sees(whom), expected, "{sees:?} {whom:?}");
        }
        assert_eq!(customer.above(), tenant);
        assert_eq!(tenant.above(), Submitter::SUPERVISOR);
    }

    #[test]
    fn nobodys_account_is_one_however_it_is_written() {
        let read: Submitter = serde_json::from_str("[]").unwrap();
        assert_eq!(read, Submitter::SUPERVISOR);
        let customer = tenant_and_customer();
        let text = serde_json::to_string(&customer).unwrap();
        assert_eq!(serde_json::from_str::<Submitter>(&text).unwrap(), customer);
    }

    fn tenant_and_customer() -> Submitter {
        Submitter::SUPERVISOR.below(account(1)).below(account(2))
    }
}
