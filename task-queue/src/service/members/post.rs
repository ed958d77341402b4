//! By what right somebody joins as a worker, or comes back as one.

use crate::caps::OfferedWork;
use crate::model::{AccountId, Charter, Member, Offer, PoolName, Role, Tag, Types};
use crate::service::hub::Hub;
use crate::service::refusal::Refusal;

/// By what right somebody joins as a worker, or comes back as one.
#[derive(Debug, Clone, Default)]
pub(in crate::service) struct Post {
    /// On which account; who came through no reference has none.
    pub(super) account: Option<AccountId>,
    /// What a worker's account is for; a supervisor's is for everything.
    bounds: Option<Bounds>,
}

/// What a worker's account is for.
#[derive(Debug, Clone)]
struct Bounds {
    pool: Option<PoolName>,
    types: Types,
}

impl Post {
    /// Creates what the holder of an account has.
    pub(in crate::service) fn of(charter: &Charter) -> Self {
        let is_worker = charter.role == Role::Worker;
        Self {
            account: charter.submitter.account(),
            bounds: is_worker.then(|| Bounds {
                pool: charter.pool.clone(),
                types: charter.terms.types.clone(),
            }),
        }
    }

    /// Returns what a worker offers, unless it is more than it may.
    pub(super) fn admit(&self, offered: OfferedWork) -> Result<Offer, Refusal> {
        if let Some(bounds) = &self.bounds {
            bounds.check(&offered)?;
        }
        let mut offer = Offer {
            pool: offered.pool.clone().unwrap_or(PoolName::DEFAULT),
            types: Types::These(offered.types.into_iter().collect()),
            tags: offered.tags.into_iter().collect(),
            slots: offered.concurrency.unwrap_or(1),
        };
        let appointed = self.bounds.as_ref().and_then(|bounds| bounds.pool.clone());
        if let Some(pool) = appointed {
            if offered.pool.is_none() && pool == PoolName::GPU {
                // It did not know that it is one of those.
                offer.tags.insert(Tag::GPU);
            }
            offer.pool = pool;
        }
        Ok(offer)
    }

    /// Returns whether its holder may take the place of a worker, once they have shown the key to it.
    pub(super) fn may_be(&self, member: &Member) -> bool {
        self.bounds.is_none() || member.account == self.account
    }

    /// Refuses what is done on an account that is not in force any more.
    pub(super) fn check(&self, hub: &Hub) -> Result<(), Refusal> {
        let Some(account) = self.account else {
            return Ok(());
        };
        hub.directory.check(account, hub.clock.now())
    }
}

impl Bounds {
    fn check(&self, offered: &OfferedWork) -> Result<(), Refusal> {
        if let Some(pool) = &offered.pool
            && self.pool.as_ref().is_some_and(|own| own != pool)
        {
            return Err(Refusal::PoolNotAllowed(pool.clone()));
        }
        let mut offered = offered.types.iter();
        let other = offered.find(|kind| !self.types.contains(kind));
        other.map_or(Ok(()), |kind| Err(Refusal::TypeNotAllowed(kind.clone())))
    }
}
