//! What a reference leads through, found from the outside in.

use std::borrow::Cow;
use std::sync::Arc;

use super::Stub;
use super::cap::{Cap, State};
use super::promise::PromiseCell;
use super::settled::{Found, find};
use crate::audit::{Lineage, Link, LinkKind};
use crate::value::Path;

/// What a reference led through when it was looked at, and the promise that it did not lead beyond.
///
/// It is looked at when a call comes: once the call has ended, what was in front of the object may have
/// been revoked, and know nothing of it any more. It keeps no object, so that it makes no difference to
/// who holds what.
pub(super) struct Ancestry {
    links: Vec<Link>,
    beyond: Option<(Arc<PromiseCell>, Path)>,
}

impl Ancestry {
    /// Follows a reference as far as it goes at this moment.
    pub(super) fn of(target: &Cap, path: &Path) -> Self {
        let mut links = Vec::new();
        let beyond = follow(Stub::of(target.clone()).at(path.clone()), &mut links);
        Self { links, beyond }
    }

    /// Returns all of it, as far as it is known by now.
    pub(super) fn lineage(&self) -> Lineage {
        let mut links = self.links.clone();
        let unknown = match &self.beyond {
            Some((cell, path)) => match became(&cell.state(), path) {
                Became::Reference(next) => follow(next, &mut links).is_some(),
                Became::Nothing => false,
                Became::Unknown => true,
            },
            None => false,
        };
        if unknown {
            links.push(Link::new(LinkKind::Promised));
        }
        Lineage::from_outside_in(links)
    }
}

/// What something is at this moment.
enum Became {
    /// Itself, or a promise that has not settled.
    Unknown,
    /// A promise that has become this.
    Reference(Stub),
    /// A promise that has become plain data, or has failed.
    Nothing,
}

/// Where what a reference refers to leads.
enum Step {
    To(Stub),
    Wait(Arc<PromiseCell>),
    End,
}

/// Follows a reference through what is in front of what it leads to; returns the promise that it ends at,
/// if it does, and where in that.
fn follow(stub: Stub, links: &mut Vec<Link>) -> Option<(Arc<PromiseCell>, Path)> {
    let mut here = stub;
    for _ in 0..MAX_STEPS {
        here = match became(&here.cap().state(), here.path()) {
            Became::Reference(next) => next,
            Became::Nothing => return None,
            Became::Unknown => match step(here.cap(), links) {
                Step::To(inner) => inner.at(here.path().clone()),
                Step::Wait(cell) => return Some((cell, here.path().clone())),
                Step::End => return None,
            },
        };
    }
    None
}

fn became(state: &State, path: &Path) -> Became {
    match state {
        State::Object | State::Pending => Became::Unknown,
        State::Following(next) => Became::Reference(Stub::of(next.clone()).at(path.clone())),
        State::Settled(outcome) => match outcome.as_ref().as_ref().map(|value| find(value, path)) {
            Ok(Ok(Found::Beyond(stub))) => Became::Reference(stub),
            Ok(Ok(Found::Data(_)) | Err(_)) | Err(_) => Became::Nothing,
        },
    }
}

/// Takes a step inwards. A wrapper with nothing behind it has been revoked.
fn step(cap: &Cap, links: &mut Vec<Link>) -> Step {
    let link = cap.link();
    let is_wrapper = link.is_some();
    links.extend(link);
    if let (true, State::Pending, None, Some(cell)) =
        (!is_wrapper, cap.state(), cap.import(), cap.cell())
    {
        return Step::Wait(Arc::clone(cell));
    }
    if let Some(inner) = cap.inner() {
        return Step::To(inner);
    }
    if !is_wrapper {
        links.push(root(cap));
    }
    Step::End
}

fn root(cap: &Cap) -> Link {
    if cap.import().is_some() {
        return Link::new(LinkKind::Remote);
    }
    Link::named(LinkKind::Root, cap.interface().map(Cow::Borrowed))
}

/// More than wrappers and promises may stand before one another.
const MAX_STEPS: usize = 1024;
