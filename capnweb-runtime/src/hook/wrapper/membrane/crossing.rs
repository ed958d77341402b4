//! What becomes of a capability that crosses a membrane.

use super::border::Side;
use super::chunks::Mortal;
use super::front::{Front, Kind};
use super::handle::Membrane;
use super::promised::Promised;
use crate::error::Error;
use crate::hook::Stub;
use crate::hook::cap::{Cap, State};
use crate::hook::stream::{Lock, Nature, Readable};
use crate::hook::wrapper::convert::{Conversion, convert_readable};
use crate::hook::wrapper::steps::{Step, left_out};
use crate::hook::wrapper::wrap::wrap;

/// Where something comes from that is about to cross a membrane.
pub(crate) enum Origin {
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
}

impl Conversion for Across {
    fn capability(&self, stub: &Stub) -> Result<Stub, Error> {
        let mut here = stub.clone();
        loop {
            match here.cap().origin(self) {
                Origin::Home(home) => return Ok(here.in_place_of(home)),
                Origin::Here => return Ok(here),
                Origin::Elsewhere => {}
            }
            match here.cap().state() {
                State::Following(next) => here = here.in_place_of(next),
                State::Object => return self.object(&here),
                State::Pending | State::Settled(_) => return Ok(self.promise(&here)),
            }
        }
    }
}

impl Across {
    fn object(&self, stub: &Stub) -> Result<Stub, Error> {
        let membrane = &self.membrane;
        if left_out(step_of(stub)) {
            return Ok(stub.clone());
        }
        let kind: Box<dyn FnOnce() -> Kind> = match stub.cap().nature() {
            Nature::Object => Box::new(|| Kind::Object),
            Nature::Writable(_) => Box::new(|| Kind::Writable(Lock::default())),
            Nature::Readable(_) => {
                let stream = Stub::of(stub.cap().clone());
                let chunks = convert_readable(&stream, self.clone(), self.reverse())?;
                Box::new(move || {
                    let chunks = Mortal::new(chunks, membrane.border());
                    Kind::Readable(Readable::new(Box::new(chunks)))
                })
            }
        };
        Ok(carry(stub, |target| {
            Cap::from_arc(Front::of(membrane, self.from, target, kind))
        }))
    }

    /// Returns the way back.
    fn reverse(&self) -> Self {
        Self {
            membrane: self.membrane.clone(),
            from: self.from.other(),
        }
    }

    fn promise(&self, stub: &Stub) -> Stub {
        if left_out(Step::Promise) {
            return stub.clone();
        }
        carry(stub, |target| {
            let front = Front::of(&self.membrane, self.from, target, || Kind::Promise);
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
