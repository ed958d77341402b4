//! The caretaker: a reference that can be taken back (Redell, 1974).

use std::sync::Arc;

use super::gate::{Gate, Kept};
use super::passage::Cut;
use super::severed::{sever_arguments, sever_stream};
use super::wrap::{broken, wrap};
use crate::audit::{Link, LinkKind};
use crate::hook::cap::{Cap, Hook, itself, map_value};
use crate::hook::map::Mapper;
use crate::hook::promise::Resolver;
use crate::hook::waiter::Waiter;
use crate::hook::{Stub, Value};
use crate::value::Path;

/// Returns a reference to the same object that works until the gate is shut.
///
/// It is of this one reference, and not of those that results hold: but streams, in arguments and results,
/// are part of the call that they came with, and methods that are read as functions part of the object.
pub(super) fn take_care_of(stub: &Stub, gate: &Arc<Gate>) -> Stub {
    if stub.is_stream() {
        return sever_stream(stub, gate).unwrap_or_else(broken);
    }
    wrap(stub, |target| Cap::new(Caretaker(gate.keep(target))))
}

struct Caretaker(Kept);

impl Hook for Caretaker {
    fn call(self: Arc<Self>, path: Path, mut args: Vec<Value>, result: Resolver) {
        if let Some((target, result)) = self.0.enter(result, Cut::Streams) {
            match sever_arguments(&mut args, self.0.gate()) {
                Ok(()) => target.pass_call(path, args, result),
                Err(error) => result.settle(Err(error)),
            }
        }
    }

    fn read(self: Arc<Self>, path: Path, result: Resolver) {
        if path.is_empty() {
            // The target must not slip out as its own value.
            return result.settle(Ok(itself(self)));
        }
        let cut = match path.segments() {
            [_] => Cut::Member,
            _ => Cut::Streams,
        };
        if let Some((target, result)) = self.0.enter(result, cut) {
            target.pass_read(path, result);
        }
    }

    fn when_settled(self: Arc<Self>, waiter: Waiter) {
        waiter.tell(&Arc::new(Ok(itself(self))));
    }

    /// What has not run of the mapper when the reference is revoked does not run at all.
    fn map(self: Arc<Self>, path: Path, mapper: Mapper, result: Resolver) {
        if let Some((_, result)) = self.0.enter(result, Cut::Streams) {
            let gate = Arc::clone(self.0.gate());
            map_value(self, path, mapper.guarded(gate), result);
        }
    }

    fn inner(&self) -> Option<Stub> {
        self.0.target()
    }

    fn link(&self) -> Option<Link> {
        Some(Link::new(LinkKind::Caretaker))
    }
}
