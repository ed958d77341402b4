//! The caretaker: a reference that can be taken back (Redell, 1974).

use std::sync::Arc;

use super::gate::{Gate, Kept};
use super::passage::Cut;
use super::severed::{sever_arguments, sever_stream};
use super::watchers::Watchers;
use super::wrap::{broken, wrap};
use crate::audit::{Link, LinkKind};
use crate::hook::cap::{Cap, Hook, OnBroken, itself, map_value};
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
    wrap(stub, |target| {
        Cap::new(Caretaker {
            kept: gate.keep(target),
            watchers: Watchers::default(),
        })
    })
}

struct Caretaker {
    kept: Kept,
    watchers: Watchers,
}

impl Hook for Caretaker {
    fn call(self: Arc<Self>, path: Path, mut args: Vec<Value>, result: Resolver) {
        if let Some((target, result)) = self.kept.enter(result, Cut::Streams) {
            match sever_arguments(&mut args, self.kept.gate()) {
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
        if let Some((target, result)) = self.kept.enter(result, cut) {
            target.pass_read(path, result);
        }
    }

    fn when_settled(self: Arc<Self>, waiter: Waiter) {
        waiter.tell(&Arc::new(Ok(itself(self))));
    }

    /// What has not run of the mapper when the reference is revoked does not run at all.
    fn map(self: Arc<Self>, path: Path, mapper: Mapper, result: Resolver) {
        if let Some((_, result)) = self.kept.enter(result, Cut::Streams) {
            let gate = Arc::clone(self.kept.gate());
            map_value(self, path, mapper.under(gate), result);
        }
    }

    /// It breaks when the object does, and when it is revoked.
    fn on_broken(self: Arc<Self>, callback: OnBroken) {
        let tell = self.watchers.add(self.kept.gate(), callback);
        if let Some(target) = self.kept.target() {
            target.into_cap().on_broken(Box::new(tell));
        }
    }

    fn inner(&self) -> Option<Stub> {
        self.kept.target()
    }

    fn link(&self) -> Option<Link> {
        Some(Link::new(LinkKind::Caretaker))
    }
}
