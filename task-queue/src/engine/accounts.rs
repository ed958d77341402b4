//! What the tasks of each account take up, and how much that may be.

use crate::engine::rejected::Rejected;
use crate::model::{AccountId, IdMap, Quota, Quotas, Submitter, Task, TaskStatus};

/// What the tasks of each account, and of those below it, take up, and how much that may be.
///
/// It follows from the tasks that there are; what is stored are those.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Accounts {
    used: IdMap<AccountId, Usage>,
    rules: IdMap<AccountId, Rule>,
}

/// What the tasks of an account take up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// How many there are.
    pub tasks: u64,
    /// How many of them have not come to their end.
    pub submissions: u64,
    /// How many of them run.
    pub running: u64,
    /// How many bytes are kept of them.
    pub bytes: u64,
}

/// How much the tasks of an account may take up.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Rule {
    quotas: Quotas,
    /// Whether it ends with the last task that there is of the account.
    lapses: bool,
}

impl Accounts {
    /// Counts a task, as it stands now.
    pub(super) fn enter(&mut self, task: &Task) {
        let weight = Usage::of(task);
        for account in task.submitter.accounts() {
            let used = self.used.entry(*account).or_default();
            *used = used.and(weight);
        }
    }

    /// Counts a task no more, as it has stood until now.
    pub(super) fn leave(&mut self, task: &Task) {
        let weight = Usage::of(task);
        for account in task.submitter.accounts() {
            let Some(used) = self.used.get_mut(account) else {
                continue;
            };
            *used = used.without(weight);
            if used.tasks == 0 {
                self.used.remove(account);
                self.forget_lapsed(*account);
            }
        }
    }

    /// Says how much the tasks of an account may take up.
    pub(super) fn rule(&mut self, account: AccountId, quotas: Quotas) {
        let lapses = false;
        self.rules.insert(account, Rule { quotas, lapses });
    }

    /// Has what is said of an account end with the last of its tasks.
    pub(super) fn lapse(&mut self, account: AccountId) {
        if let Some(rule) = self.rules.get_mut(&account) {
            rule.lapses = true;
        }
        if !self.used.contains_key(&account) {
            self.forget_lapsed(account);
        }
    }

    /// Returns what an account's tasks take up.
    pub(super) fn usage(&self, account: AccountId) -> Usage {
        self.used.get(&account).copied().unwrap_or_default()
    }

    /// Refuses what is more than an account, or one that it is below, may have.
    pub(super) fn check(&self, submitter: &Submitter, added: Usage) -> Result<(), Rejected> {
        submitter
            .accounts()
            .iter()
            .try_for_each(|account| self.check_one(*account, added))
    }

    /// Returns the account of which as many tasks run as may, among these, if there is one.
    pub(super) fn full(&self, submitter: &Submitter) -> Option<AccountId> {
        let mut accounts = submitter.accounts().iter().copied();
        accounts.find(|account| self.check_one(*account, Usage::RUNNING).is_err())
    }

    fn check_one(&self, account: AccountId, added: Usage) -> Result<(), Rejected> {
        let Some(Rule { quotas, .. }) = self.rules.get(&account) else {
            return Ok(());
        };
        let after = self.usage(account).and(added);
        let exceeded = |quota, max: Option<u64>, added: u64, after: u64| {
            let max = max.filter(|max| added > 0 && after > *max)?;
            Some(Rejected::QuotaReached { quota, max })
        };
        let submissions = || {
            let (added, after) = (added.submissions, after.submissions);
            exceeded(Quota::Submissions, quotas.submissions, added, after)
        };
        let bytes = || exceeded(Quota::Bytes, quotas.bytes, added.bytes, after.bytes);
        let running = || exceeded(Quota::Running, quotas.running, added.running, after.running);
        let exceeded = submissions().or_else(bytes).or_else(running);
        exceeded.map_or(Ok(()), Err)
    }

    fn forget_lapsed(&mut self, account: AccountId) {
        if self.rules.get(&account).is_some_and(|rule| rule.lapses) {
            self.rules.remove(&account);
        }
    }
}

impl Usage {
    /// What a task takes up by running.
    pub(super) const RUNNING: Self = Self {
        tasks: 0,
        submissions: 0,
        running: 1,
        bytes: 0,
    };

    /// What tasks take up by being submitted, whose values are of so many bytes together.
    pub(super) fn submitting(tasks: u64, bytes: usize) -> Self {
        let overhead = tasks.saturating_mul(Quotas::TASK_OVERHEAD);
        Self {
            tasks,
            submissions: tasks,
            running: 0,
            bytes: size(bytes).saturating_add(overhead),
        }
    }

    /// What a task takes up that is tried once more.
    pub(super) const RETRIED: Self = Self {
        tasks: 0,
        submissions: 1,
        running: 0,
        bytes: 0,
    };

    /// What a task's values take up that grow by so many bytes.
    pub(super) fn growing(bytes: usize) -> Self {
        Self {
            bytes: size(bytes),
            ..Self::default()
        }
    }

    fn of(task: &Task) -> Self {
        let status = task.status();
        Self {
            tasks: 1,
            submissions: u64::from(!status.is_final()),
            running: u64::from(status == TaskStatus::Running),
            bytes: size(task.bytes).saturating_add(Quotas::TASK_OVERHEAD),
        }
    }

    pub(super) const fn and(self, other: Self) -> Self {
        Self {
            tasks: self.tasks.saturating_add(other.tasks),
            submissions: self.submissions.saturating_add(other.submissions),
            running: self.running.saturating_add(other.running),
            bytes: self.bytes.saturating_add(other.bytes),
        }
    }

    const fn without(self, other: Self) -> Self {
        Self {
            tasks: self.tasks.saturating_sub(other.tasks),
            submissions: self.submissions.saturating_sub(other.submissions),
            running: self.running.saturating_sub(other.running),
            bytes: self.bytes.saturating_sub(other.bytes),
        }
    }
}

fn size(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
