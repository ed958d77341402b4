//! What becomes of a capability that crosses a membrane.

use std::sync::Arc;

use super::border::Side;
use super::front::{Front, Kind};
use super::handle::Membrane;
use super::promised::Promised;
use crate::error::Error;
use crate::hook::Stub;
use crate::hook::cap::{Cap, Outcome, State};
use crate::hook::stream::{Breakable, Lock, Nature, Readable, breakable};
use crate::hook::wrapper::convert::{Conversion, convert_readable};
use crate::hook::wrapper::gate::Listed;
use crate::hook::wrapper::steps::{Step, left_out};
use crate::hook::wrapper::wrap::wrap;

/// Where something comes from that is about to cross a membrane.
pub(crate) enum Provenance {
    /// From somewhere else: it is wrapped.
    Elsewhere,
    /// It stands for something on the side that it comes from, having gone around the membrane, or
    /// there is nothing of it to be had any more: it passes as it is.
    Here,
    /// From where it goes to: it comes home as what it was.
    Home(Cap),
}

/// The one way in which everything crosses a membrane, whatever it is a part of: results, arguments,
/// chunks, what errors carry, and what promises become.
#[derive(Clone)]
pub(crate) struct Across {
    pub(super) membrane: Membrane,
    /// The side that it comes from.
    pub(super) from: Side,
    /// The name of its interface, if somebody has said it.
    pub(super) interface: Option<&'static str>,
}

impl Conversion for Across {
    fn capability(&self, stub: &Stub) -> Result<Stub, Error> {
        let mut here = stub.clone();
        loop {
            match here.cap().provenance(self) {
                Provenance::Home(home) => return Ok(here.in_place_of(home)),
                Provenance::Here => return Ok(here),
                Provenance::Elsewhere => {}
            }
            match here.cap().state() {
                State::Following(next) => here = here.in_place_of(next),
                State::Object => return self.object(&here),
                State::Pending | State::Settled(_) => return Ok(self.promise(&here)),
            }
        }
    }

    fn chunk(&self, chunk: Outcome) -> Outcome {
        if let (Ok(chunk), Some(guard)) = (&chunk, self.membrane.guard(None, self.from)) {
            guard.admit_chunk(chunk)?;
        }
        self.outcome(chunk)
    }
}

impl Across {
    pub(super) const fn new(membrane: Membrane, from: Side) -> Self {
        Self {
            membrane,
            from,
            interface: None,
        }
    }

    fn object(&self, stub: &Stub) -> Result<Stub, Error> {
        if left_out(step_of(stub)) {
            return Ok(stub.clone());
        }
        let kind: Box<dyn FnOnce() -> Kind> = match stub.cap().nature() {
            Nature::Object => Box::new(|| Kind::Object),
            Nature::Writable(_) => Box::new(|| Kind::Writable(Lock::default())),
            Nature::Readable(_) => {
                let stream = Stub::of(stub.cap().clone());
                let back = Self::new(self.membrane.clone(), self.from);
                let there = Self::new(self.membrane.clone(), self.from.other());
                let chunks = convert_readable(&stream, back, there)?;
                let chunks = breakable(chunks, |breakable| self.list(breakable));
                Box::new(move || Kind::Readable(Readable::new(chunks)))
            }
        };
        Ok(carry(stub, |target| {
            Cap::from_arc(Front::of(self, target, kind))
        }))
    }

    /// Lists a stream that ends with the membrane.
    fn list(&self, breakable: &Arc<Breakable>) -> Option<Listed> {
        let weak = Arc::downgrade(breakable);
        (!left_out(Step::ReadingEnds)).then(|| self.membrane.gate().list(weak))
    }

    fn promise(&self, stub: &Stub) -> Stub {
        if left_out(Step::Promise) {
            return stub.clone();
        }
        carry(stub, |target| {
            let front = Front::of(self, target, || Kind::Promise);
            Promised::cap(front)
        })
    }
}

fn step_of(stub: &Stub) -> Step {
    match stub.cap().nature() {
        Nature::Object => Step::Object,
        Nature::Readable(_) => Step::Readable,
        Nature::Writable(_) => Step::Writable,
    }
}

/// Puts something in front of what a reference leads into, if there is not too much in front of it
/// already.
fn carry(stub: &Stub, make: impl FnOnce(Cap) -> Cap) -> Stub {
    let target = Stub::of(stub.cap().clone());
    let carried = wrap(&target, |target| make(target.into_bare_cap()));
    if carried.is_promise() {
        return carried;
    }
    stub.in_place_of(carried.into_bare_cap())
}
