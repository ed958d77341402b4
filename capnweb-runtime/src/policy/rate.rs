//! So many crossings in a time.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::{Crossing, Denial, Policy};
use crate::sync::Mutex;

/// So many crossings in a time, on average: a token bucket.
///
/// After a silence of that time, so many may come at once; then they may come as evenly as the bucket
/// fills. Everything counts that is asked about and admitted. Clones draw on the same bucket.
#[derive(Debug, Clone)]
pub struct RateLimit {
    /// How many the bucket holds.
    calls: u32,
    /// How long it takes to fill, in nanoseconds.
    period: u64,
    bucket: Arc<Mutex<Bucket>>,
}

/// What is missing from the bucket, of which a call takes a whole period; so many calls' worth come
/// back with every nanosecond. Thus nothing is lost to rounding.
#[derive(Debug)]
struct Bucket {
    missing: u128,
    since: Instant,
}

impl RateLimit {
    /// Admits `calls` crossings a second.
    pub fn per_second(calls: u32) -> Self {
        Self::new(calls, Duration::from_secs(1))
    }

    /// Admits `calls` crossings a minute.
    pub fn per_minute(calls: u32) -> Self {
        Self::new(calls, Duration::from_mins(1))
    }

    /// Admits `calls` crossings in every `period`.
    pub fn new(calls: u32, period: Duration) -> Self {
        let bucket = Bucket {
            missing: 0,
            since: Instant::now(),
        };
        Self {
            calls,
            period: u64::try_from(period.as_nanos()).unwrap_or(u64::MAX),
            bucket: Arc::new(Mutex::new(bucket)),
        }
    }

    /// Takes a call's worth out of the bucket, if it is there.
    fn take(&self, now: Instant) -> bool {
        let calls = u128::from(self.calls);
        let worth = u128::from(self.period);
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let elapsed = now.saturating_duration_since(bucket.since).as_nanos();
        let missing = bucket.missing.saturating_sub(elapsed.saturating_mul(calls));
        let missing_after = missing.saturating_add(worth);
        let admitted = missing_after <= worth.saturating_mul(calls);
        bucket.missing = if admitted { missing_after } else { missing };
        bucket.since = bucket.since.max(now);
        admitted
    }
}

impl Policy for RateLimit {
    fn admit(&self, _: &Crossing<'_>) -> Result<(), Denial> {
        if self.take(Instant::now()) {
            Ok(())
        } else {
            Err(Denial::new("too many calls"))
        }
    }

    fn looks_at_arguments(&self) -> bool {
        false
    }
}
