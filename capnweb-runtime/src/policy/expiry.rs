//! An end in time.

use std::time::{Duration, Instant, SystemTime};

use super::{Crossing, Denial, Policy};

/// Until a moment, and not from it on.
///
/// It is about what begins: a call that has begun by then goes on.
#[derive(Debug, Clone, Copy)]
pub struct Expiry(End);

#[derive(Debug, Clone, Copy)]
enum End {
    /// So far away that it cannot be told.
    Never,
    /// By a clock that only runs on.
    At(tokio::time::Instant),
    /// By the clock of this machine, as people read it.
    AtTime(SystemTime),
}

impl Expiry {
    /// Admits everything for so long from now.
    pub fn after(duration: Duration) -> Self {
        let at = tokio::time::Instant::now().checked_add(duration);
        Self(at.map_or(End::Never, End::At))
    }

    /// Admits everything until then, whatever becomes of the machine's clock.
    pub fn at(moment: Instant) -> Self {
        Self(End::At(moment.into()))
    }

    /// Admits everything until the clock of this machine says so, which is looked at for each crossing: if
    /// it is set, so is the end. Caveats of sturdy references are by this clock, too.
    pub const fn at_time(time: SystemTime) -> Self {
        Self(End::AtTime(time))
    }

    fn is_over(&self) -> bool {
        match self.0 {
            End::Never => false,
            End::At(moment) => tokio::time::Instant::now() >= moment,
            End::AtTime(time) => SystemTime::now() >= time,
        }
    }
}

impl Policy for Expiry {
    fn admit(&self, _: &Crossing<'_>) -> Result<(), Denial> {
        if self.is_over() {
            return Err(Denial::new("it has expired"));
        }
        Ok(())
    }

    fn looks_at_arguments(&self) -> bool {
        false
    }
}
