//! Caveats at work: the policy that a restored capability is guarded by.

use std::time::SystemTime;

use super::caveat::{Bound, Written};
use super::record::millis;
use super::registry::Clock;
use crate::hook::{Stub, guarded};
use crate::policy::{Crossing, Denial, Methods, Policy, absent};

/// What caveats say about time and members, as one policy. What they say about how often is not here:
/// that has to be stored.
pub(super) struct Bounds {
    methods: Vec<Box<dyn Policy>>,
    expires: Option<u64>,
    clock: Clock,
}

impl Bounds {
    pub(super) fn of(bounds: &[Bound], clock: Clock) -> Self {
        let names = bounds.iter().filter_map(|bound| match &bound.caveat {
            Written::Methods(names) => Some(names.clone()),
            Written::Expires(_) | Written::OneShot(_) | Written::Calls { .. } => None,
        });
        let policy =
            |names| -> Box<dyn Policy> { Box::new(absent(Methods::only::<String>(names))) };
        Self {
            methods: names.map(policy).collect(),
            expires: bounds.iter().filter_map(Bound::expires).min(),
            clock,
        }
    }

    /// Returns a capability that is guarded by this, if there is anything to guard against.
    pub(super) fn around(self, stub: Stub) -> Stub {
        if self.methods.is_empty() && self.expires.is_none() {
            return stub;
        }
        guarded(&stub, None, self)
    }

    fn now(&self) -> u64 {
        let now: SystemTime = (self.clock)();
        millis(now)
    }
}

impl Policy for Bounds {
    fn admit(&self, crossing: &Crossing<'_>) -> Result<(), Denial> {
        for methods in &self.methods {
            methods.admit(crossing)?;
        }
        match self.expires {
            Some(at) if at <= self.now() => Err(Denial::new("the reference has expired")),
            _ => Ok(()),
        }
    }

    fn looks_at_arguments(&self) -> bool {
        false
    }
}
