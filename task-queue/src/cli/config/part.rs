//! The tables of a file of settings.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::bound::Bound;
use super::lasting::{Lasting, UNITS};
use super::number::{Count, Number as _};
use super::size::Size;
use super::word::{Text, Word};
use crate::engine::{Limits, Retention, Times};
use crate::model::{PoolLimits, Quotas, Rate};
use crate::resources::gpu::GpuLimits;
use crate::resources::locks::LockLimits;
use crate::resources::network::NetworkPolicy;
use crate::resources::storage::StorageLimits;
use crate::service::WatchLimits;

/// How what is written stands for what is meant.
trait Written<T> {
    fn of(meant: T) -> Self;

    fn meant(self) -> T;
}

/// Declares a table, each entry of which is a field of what it is about.
macro_rules! part {
    ($(#[$doc:meta])* $name:ident of $about:ty = $usual:expr; { $($field:ident: $kind:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields, expecting = "a table")]
        pub(in crate::cli) struct $name {
            $(pub(super) $field: $kind,)*
        }

        impl $name {
            /// Sets what the table is about.
            pub(super) fn set(&self, about: &mut $about) {
                $(about.$field = self.$field.meant();)*
            }
        }

        impl Default for $name {
            fn default() -> Self {
                let usual: $about = $usual;
                Self {
                    $($field: Written::of(usual.$field),)*
                }
            }
        }
    };
}

part! {
    /// `[retention]`: how long tasks are remembered that have come to their end.
    RetentionPart of Retention = Retention::default(); {
        completed: Text<Lasting>,
        cancelled: Text<Lasting>,
        failed: Text<Lasting>,
        idempotency_keys: Text<Lasting>,
    }
}

part! {
    /// `[times]`: how long attempts may take, and workers be silent.
    TimesPart of Times = Times::default(); {
        attempt: Text<Lasting>,
        stopping: Text<Lasting>,
        lease: Text<Lasting>,
        grace: Text<Lasting>,
    }
}

part! {
    /// `[limits]`: how much the queue holds.
    LimitsPart of Limits = Limits::default(); {
        tasks: Count,
        workers: Count,
        needs: Count,
        offers: Count,
        slots: Count,
        offered: Count,
        dependants: Count,
        pools: Count,
        types: Count,
        schedules: Count,
        value_bytes: Size,
        task_bytes: Size,
        total_bytes: Size,
        events: Count,
        event_bytes: Size,
        text_bytes: Size,
        partial_results: Count,
        history: Count,
    }
}

part! {
    /// `[watchers]`: how many may watch tasks at a time.
    WatchersPart of WatchLimits = WatchLimits::default(); {
        per_task: Count,
        all: Count,
    }
}

part! {
    /// `[storage_limits]`: how much the storage holds.
    StoragePart of StorageLimits = StorageLimits::default(); {
        key_bytes: Size,
        value_bytes: Size,
        stream_bytes: Size,
        objects: Count,
        total_bytes: Size,
        uploads: Count,
        readers: Count,
        idle: Text<Lasting>,
        listed: Count,
    }
}

part! {
    /// `[lock_limits]`: how much locking there is.
    LocksPart of LockLimits = LockLimits::default(); {
        key_bytes: Size,
        held: Count,
        waiting: Count,
        permits: Count,
        lifetime: Text<Lasting>,
    }
}

part! {
    /// `[network_limits]`: how much of the network a task may use.
    NetworkPart of NetworkPolicy = NetworkPolicy::new(Vec::new()); {
        requests_per_minute: Count,
        concurrent: Count,
        connect_limit: Text<Lasting>,
        answer_limit: Text<Lasting>,
        stall_limit: Text<Lasting>,
        time_limit: Text<Lasting>,
        stream_limit: Text<Lasting>,
        response_bytes: Size,
        stream_bytes: Size,
        request_bytes: Size,
        header_bytes: Size,
        redirects: u32,
    }
}

part! {
    /// `[gpu_limits]`: how much the GPU does for one caller.
    GpuPart of GpuLimits = GpuLimits::default(); {
        steps: Count,
        bytes: Size,
        time: Text<Lasting>,
        waiting: Count,
    }
}

/// `[quotas]`: how much of the queue each client may take up, unless its link says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub(in crate::cli) struct QuotasPart {
    #[serde(rename = "max_tasks")]
    tasks: Bound<Count>,
    #[serde(rename = "max_bytes")]
    bytes: Bound<Size>,
    #[serde(rename = "max_running")]
    running: Bound<Count>,
    #[serde(rename = "max_per_second")]
    per_second: Bound<Count>,
}

/// `[pools.NAME]`: how much goes on in a pool.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub(in crate::cli) struct PoolPart {
    #[serde(skip_serializing_if = "Option::is_none")]
    max_running: Option<Count>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate: Option<Text<Pace>>,
}

/// How fast tasks begin, written as `10/s`, or `10/500ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) struct Pace(pub(in crate::cli) Rate);

impl QuotasPart {
    pub(super) fn of(quotas: Quotas) -> Self {
        Self {
            tasks: Bound::of(quotas.submissions),
            bytes: Bound::of(quotas.bytes),
            running: Bound::of(quotas.running),
            per_second: Bound::of(quotas.per_second.map(u64::from)),
        }
    }

    pub(super) fn quotas(&self) -> Quotas {
        let per_second = self.per_second.number();
        Quotas {
            submissions: self.tasks.number(),
            bytes: self.bytes.number(),
            running: self.running.number(),
            per_second: per_second.map(|count| Count(count).meant()),
        }
    }
}

impl Default for QuotasPart {
    fn default() -> Self {
        Self::of(Quotas::USUAL)
    }
}

impl PoolPart {
    pub(super) fn limits(&self) -> PoolLimits {
        PoolLimits {
            max_running: self.max_running.map(Count::meant),
            rate: self.rate.map(|Text(Pace(rate))| rate),
        }
    }
}

impl Word for Pace {
    const ALLOWED: &'static str = "a number from 1 on, `/`, and a time such as `s`, `m` or `500ms`";

    fn read(text: &str) -> Option<Self> {
        let (starts, time) = text.split_once('/')?;
        let unit = UNITS.iter().find(|unit| unit.0 == time);
        let millis = match unit {
            Some((_, millis)) => *millis,
            None => u64::try_from(Lasting::read(time)?.0.as_millis()).ok()?,
        };
        Rate::new(starts.parse().ok()?, millis).map(Self)
    }

    fn write(&self) -> String {
        let time = Lasting(Duration::from_millis(self.0.per_ms())).write();
        let time = time
            .strip_prefix('1')
            .filter(|unit| is_unit(unit))
            .unwrap_or(&time);
        format!("{}/{time}", self.0.starts())
    }
}

fn is_unit(text: &str) -> bool {
    UNITS.iter().any(|unit| unit.0 == text)
}

impl Written<Duration> for Text<Lasting> {
    fn of(meant: Duration) -> Self {
        Self(Lasting(meant))
    }

    fn meant(self) -> Duration {
        let Self(Lasting(duration)) = self;
        duration
    }
}

impl Written<Self> for u32 {
    fn of(meant: Self) -> Self {
        meant
    }

    fn meant(self) -> Self {
        self
    }
}

/// Has a number stand for another kind of numbers; what is too much for that is the most of it.
macro_rules! written {
    ($($name:ident as $number:ty;)*) => {$(
        impl Written<$number> for $name {
            fn of(meant: $number) -> Self {
                Self(u64::try_from(meant).unwrap_or(u64::MAX))
            }

            fn meant(self) -> $number {
                <$number>::try_from(self.number()).unwrap_or(<$number>::MAX)
            }
        }
    )*};
}

written! {
    Count as usize;
    Count as u32;
    Count as u64;
    Size as usize;
    Size as u64;
}
