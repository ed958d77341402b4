//! What a call that is answered at once leaves to the next one.

use std::sync::Arc;

use super::allowance::Allowance;
use super::variable::is_small;
use crate::error::Error;
use crate::hook::Value;
use crate::hook::hardening::Charge;
use crate::hook::promise::PromiseCell;

/// A promise that nobody has, and what it is charged to: making both anew for each element would be
/// a good part of what a short call costs.
#[derive(Default)]
pub(super) struct Spare(Option<(Arc<PromiseCell>, Arc<Charge>)>);

impl Spare {
    /// Returns a promise, charged with so many bytes.
    pub(super) fn take(
        &mut self,
        bytes: usize,
        allowance: &Allowance,
    ) -> Result<(Arc<PromiseCell>, Arc<Charge>), Error> {
        match self.0.take() {
            Some((cell, charge)) => {
                charge.add(bytes)?;
                Ok((cell, charge))
            }
            None => Ok((Arc::default(), allowance.charge(bytes)?)),
        }
    }

    /// Returns a small value that a promise has settled to, and keeps the promise; or returns the
    /// promise, if it has another value, or somebody else has it too.
    pub(super) fn put(&mut self, mut cell: Arc<PromiseCell>) -> Result<Value, Arc<PromiseCell>> {
        let taken = Arc::get_mut(&mut cell).and_then(|cell| cell.take_back(is_small));
        let Some((value, charge)) = taken else {
            return Err(cell);
        };
        self.0 = charge.and_then(|mut charge| {
            Arc::get_mut(&mut charge)?.empty();
            Some((cell, charge))
        });
        Ok(value)
    }
}
