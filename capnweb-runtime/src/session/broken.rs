//! Who wants to be told when the session breaks, in the order of asking (protocol S-92).

use std::collections::BTreeMap;

use super::effect::Effect;
use super::machine::Machine;
use crate::error::Error;
use crate::hook::OnBroken;

/// What is to be told of the end of a session.
#[derive(Default)]
pub(super) struct Registrations {
    next: u64,
    callbacks: BTreeMap<u64, OnBroken>,
}

/// The place of a callback in the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BrokenPlace(u64);

impl Registrations {
    /// Takes out everything, in order.
    pub(super) fn take_all(&mut self) -> impl Iterator<Item = OnBroken> + use<> {
        std::mem::take(&mut self.callbacks).into_values()
    }
}

impl Machine {
    /// Asks to be told when the session ends; at once if it has.
    pub(crate) fn on_broken(&mut self, callback: OnBroken) -> BrokenPlace {
        let place = self.registrations.next;
        self.registrations.next = place.saturating_add(1);
        match &self.ended {
            None => drop(self.registrations.callbacks.insert(place, callback)),
            Some(reason) => {
                let error = Error::Disconnected(reason.clone());
                self.effects.push(Effect::Broken { callback, error });
            }
        }
        BrokenPlace(place)
    }

    /// Takes a callback back, if it was not told yet.
    pub(crate) fn forget_broken(&mut self, place: BrokenPlace) -> Option<OnBroken> {
        self.registrations.callbacks.remove(&place.0)
    }
}
