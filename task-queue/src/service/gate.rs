//! The gate: what a connection begins with that has shown no authority yet.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use capnweb_runtime::{Capability as _, Result, Stub};

use super::access::Office;
use super::refusal::Refusal;
use crate::caps::{Gate, GateStub, GatewayStub};
use crate::model::Timestamp;

struct ServedGate {
    office: Arc<Office>,
    failures: Mutex<Failures>,
}

/// What was presented at a gate and did not work.
#[derive(Default)]
struct Failures {
    count: u32,
    since: Timestamp,
}

/// Makes a gate; each connection has one of its own.
pub(super) fn gate(office: &Arc<Office>) -> GateStub {
    GateStub::new(ServedGate {
        office: Arc::clone(office),
        failures: Mutex::default(),
    })
}

impl ServedGate {
    async fn open(&self, reference: &str) -> Result<GatewayStub, Refusal> {
        let now = self.office.hub().clock.now();
        self.failures(|failures| failures.check(now))?;
        let opened = self.office.redeem(reference).await;
        if matches!(opened, Err(Refusal::UnknownSecret)) {
            self.failures(|failures| failures.note(now));
        }
        opened
    }

    fn failures<T>(&self, look: impl FnOnce(&mut Failures) -> T) -> T {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        look(&mut failures)
    }
}

impl Failures {
    fn check(&mut self, now: Timestamp) -> Result<(), Refusal> {
        if now.saturating_since(self.since) >= MINUTE {
            (self.count, self.since) = (0, now);
        }
        if self.count >= MAX_FAILURES {
            return Err(Refusal::TooManyAttempts);
        }
        Ok(())
    }

    const fn note(&mut self, at: Timestamp) {
        if self.count == 0 {
            self.since = at;
        }
        self.count = self.count.saturating_add(1);
    }
}

impl Gate for ServedGate {
    async fn redeem(&self, secret: String) -> Result<GatewayStub> {
        Ok(self.open(&secret).await?)
    }

    async fn restore(&self, reference: String) -> Result<Stub> {
        Ok(self.open(&reference).await?.into_stub())
    }
}

/// So many that do not work may be presented within a minute; after that, none is looked at until it
/// has passed.
const MAX_FAILURES: u32 = 10;
const MINUTE: Duration = Duration::from_mins(1);
