//! From a wish to an account, or why there is none.

use capnweb_runtime::sturdy::SealError;
use thiserror::Error;

use crate::caps::{Invitation, Restriction};
use crate::entropy::OsEntropy;
use crate::model::{
    AccountId, Charter, Grants, Quotas, Role, Submitter, TaskType, Terms, Timestamp, Types,
    UnknownGrant,
};

/// Why no account was made.
#[derive(Debug, Error)]
pub(in crate::service) enum NoAccount {
    /// A word is no grant.
    #[error(transparent)]
    Grant(#[from] UnknownGrant),
    /// The label is too long, or not of one line.
    #[error("a label is one line of {MAX_LABEL} bytes at most")]
    Label,
    /// There are too many types.
    #[error("at most {MAX_TYPES} types of tasks are listed")]
    Types,
    /// It would end before it began.
    #[error("`expires` is a time in the past")]
    Past,
    /// It could never be used.
    #[error("`uses` must be at least 1")]
    NoUses,
    /// Only workers are in a pool.
    #[error("only a worker's account has a `pool`")]
    Pool,
    /// Only a client submits tasks that are granted something and take up something.
    #[error("only a client's account has `grants` and `quotas`, or is `under` another")]
    NotAClient,
    /// A supervisor has everything.
    #[error("a supervisor's account is for all types of tasks")]
    Supervisor,
    /// The account that it is to be below is none that it can be below.
    #[error("there is no client's account {0} that was not revoked")]
    NoneAbove(AccountId),
    /// The accounts would be below one another in too many steps.
    #[error("accounts are below one another in {MAX_DEPTH} steps at most")]
    TooDeep,
    /// The registry has not made the reference.
    #[error("the reference was not made: {0}")]
    Unsealed(#[from] SealError),
}

/// What clients get if nothing else is said.
#[derive(Debug, Clone)]
pub(in crate::service) struct Defaults {
    pub(in crate::service) grants: Grants,
    pub(in crate::service) quotas: Quotas,
}

/// Makes an account of a wish.
pub(super) fn charter(
    wish: Invitation,
    above: &Submitter,
    by: Option<AccountId>,
    defaults: &Defaults,
    now: Timestamp,
) -> Result<Charter, NoAccount> {
    check_role(&wish)?;
    if wish.uses == Some(0) {
        return Err(NoAccount::NoUses);
    }
    let grants = wish.grants.as_deref().map(grants).transpose()?;
    let quotas = wish.quotas.unwrap_or_default();
    let terms = match wish.role {
        Role::Client => Terms {
            types: types(wish.types)?,
            grants: grants.unwrap_or_else(|| defaults.grants.clone()),
            quotas: quotas.or(defaults.quotas),
        },
        Role::Worker => Terms {
            types: types(wish.types)?,
            grants: Grants::NOTHING,
            quotas: Quotas::NONE,
        },
        Role::Supervisor => Terms::EVERYTHING,
    };
    Ok(Charter {
        submitter: below(above)?,
        role: wish.role,
        label: label(wish.label)?,
        terms,
        pool: wish.pool,
        expires: expires(wish.expires, now)?,
        uses: wish.uses,
        by,
    })
}

/// Makes an account of what a queue is to be restricted to.
pub(super) fn restricted(
    wish: Restriction,
    above: &Submitter,
    now: Timestamp,
) -> Result<Charter, NoAccount> {
    let grants = wish.grants.as_deref().map(grants).transpose()?;
    Ok(Charter {
        submitter: below(above)?,
        role: Role::Client,
        label: label(wish.label)?,
        terms: Terms {
            types: types(wish.types)?,
            // What is said is cut to what the queue above has.
            grants: grants.unwrap_or(Grants::EVERYTHING),
            quotas: wish.quotas.unwrap_or_default(),
        },
        pool: None,
        expires: expires(wish.expires, now)?,
        uses: None,
        by: None,
    })
}

fn check_role(wish: &Invitation) -> Result<(), NoAccount> {
    let is_plain = wish.grants.is_none() && wish.quotas.is_none() && wish.under.is_none();
    match wish.role {
        Role::Worker | Role::Supervisor if !is_plain => Err(NoAccount::NotAClient),
        Role::Client | Role::Supervisor if wish.pool.is_some() => Err(NoAccount::Pool),
        Role::Supervisor if wish.types.is_some() => Err(NoAccount::Supervisor),
        Role::Client | Role::Worker | Role::Supervisor => Ok(()),
    }
}

fn below(above: &Submitter) -> Result<Submitter, NoAccount> {
    if above.accounts().len() >= MAX_DEPTH {
        return Err(NoAccount::TooDeep);
    }
    Ok(above.below(AccountId::generate(&mut OsEntropy)))
}

fn grants(words: &[String]) -> Result<Grants, UnknownGrant> {
    Grants::of_words(words.iter().map(String::as_str))
}

fn types(listed: Option<Vec<TaskType>>) -> Result<Types, NoAccount> {
    match listed {
        None => Ok(Types::All),
        Some(types) if types.len() > MAX_TYPES => Err(NoAccount::Types),
        Some(types) => Ok(Types::These(types.into_iter().collect())),
    }
}

fn label(label: String) -> Result<String, NoAccount> {
    if label.len() > MAX_LABEL || label.chars().any(char::is_control) {
        return Err(NoAccount::Label);
    }
    Ok(label)
}

fn expires(millis: Option<u64>, now: Timestamp) -> Result<Option<Timestamp>, NoAccount> {
    let at = millis.map(|millis| Timestamp::from_millis(millis.min(NEVER)));
    if at.is_some_and(|at| at <= now) {
        return Err(NoAccount::Past);
    }
    Ok(at)
}

/// How many bytes a label has at most.
const MAX_LABEL: usize = 200;

/// The end of the year 9999, beyond which nobody plans.
const NEVER: u64 = 253_402_300_799_999;

/// How many types of tasks are listed at most.
const MAX_TYPES: usize = 100;

/// In how many steps accounts are below one another at most.
const MAX_DEPTH: usize = 8;
