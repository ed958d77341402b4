//! Setting pools, and the queue as a whole.

use crate::engine::rejected::Rejected;
use crate::engine::turn::Turn;
use crate::model::{Flow, PoolLimits, PoolName, PoolSettings, QueueSettings, Setting, SettingId};

/// Have tasks begin, or not, in a pool or anywhere. Those that run go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetFlow {
    /// The pool; `None` for the queue as a whole.
    pub pool: Option<PoolName>,
    /// Whether they begin.
    pub flow: Flow,
}

/// Set how much goes on in a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetLimits {
    /// The pool.
    pub pool: PoolName,
    /// How much.
    pub limits: PoolLimits,
}

/// Forget what was set of a pool, and which types its workers have offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForgetPool {
    /// The pool.
    pub pool: PoolName,
}

impl SetFlow {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        let setting = match self.pool {
            None => Setting::Queue(QueueSettings {
                flow: self.flow,
                ..turn.state.queue_settings().clone()
            }),
            Some(name) => Setting::Pool(PoolSettings {
                flow: self.flow,
                ..settings(turn, name)?
            }),
        };
        turn.state.put_setting(setting);
        Ok(())
    }
}

impl SetLimits {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        let settings = PoolSettings {
            limits: self.limits,
            ..settings(turn, self.pool)?
        };
        turn.state.forget_rate(&settings.name);
        turn.state.put_setting(Setting::Pool(settings));
        Ok(())
    }
}

impl ForgetPool {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        if turn.state.pool_settings(&self.pool).is_none() {
            return Err(Rejected::NoSuchPool(self.pool));
        }
        turn.state.remove_setting(&SettingId::Pool(self.pool));
        Ok(())
    }
}

/// Returns what a pool is set to, unless it would be one more than are remembered.
pub(super) fn settings(turn: &Turn<'_>, name: PoolName) -> Result<PoolSettings, Rejected> {
    if let Some(settings) = turn.state.pool_settings(&name) {
        return Ok(settings.clone());
    }
    let max = turn.limits().pools;
    if turn.state.count_pools() >= max {
        return Err(Rejected::TooManyPools { max });
    }
    Ok(PoolSettings::new(name))
}
