//! What is done with a reference, at once or when there is a connection.

use std::sync::Arc;

use tokio::time::Instant;

use super::core::Up;
use super::lasting::{Reference, reference_behind};
use crate::error::{Disconnect, Error};
use crate::hook::{Cap, Mapper, Resolver, Value, weight};
use crate::value::{Path, Segment};

/// Something that waits for a connection.
pub(super) struct Waiting {
    reference: Arc<Reference>,
    action: Action,
    result: Resolver,
    /// About how many bytes it takes.
    pub(super) weight: usize,
    /// When it will not wait any more; none for as long as it takes.
    pub(super) until: Option<Instant>,
}

/// What is done with a reference.
pub(super) enum Action {
    Call { path: Path, args: Vec<Value> },
    Read { path: Path },
    Map { path: Path, mapper: Mapper },
    Fetch,
}

impl Waiting {
    pub(super) fn new(reference: Arc<Reference>, action: Action, result: Resolver) -> Self {
        Self {
            reference,
            weight: action.weight(),
            action,
            result,
            until: None,
        }
    }

    /// Does it in a session, unless the right to it was taken back meanwhile.
    pub(super) fn run(self, up: &Arc<Up>) {
        if let Some(error) = self.result.refusal() {
            drop(self.action);
            return self.result.settle(Err(error));
        }
        self.result.follow(self.reference.act(up, self.action));
    }

    /// Fails it: it was not sent.
    pub(super) fn fail(self, why: &Disconnect) {
        drop(self.action);
        self.result.settle(Err(Error::NotSent(why.clone())));
    }
}

impl Action {
    /// Sees to it that references among the arguments are known in that session by then, so that they
    /// go as what the peer gave, and not as something of this side's.
    pub(super) fn prepare(&self, up: &Arc<Up>) {
        if let Self::Call { args, .. } = self {
            for arg in args {
                find_references(arg, up);
            }
        }
    }

    /// Returns about how many bytes it takes.
    fn weight(&self) -> usize {
        match self {
            Self::Call { path, args } => args
                .iter()
                .map(weight)
                .fold(weight_of(path), usize::saturating_add),
            Self::Read { path } => weight_of(path),
            Self::Map { path, mapper } => weight_of(path).saturating_add(mapper.weight()),
            Self::Fetch => 0,
        }
    }

    /// Does it to what a reference leads to.
    pub(super) fn begin(self, target: &Cap) -> Cap {
        match self {
            Self::Call { path, args } => target.call_promise(path, args),
            Self::Read { path } => target.read_promise(path),
            Self::Map { path, mapper } => target.map_promise(path, mapper),
            Self::Fetch => target.fetch(),
        }
    }
}

/// A peer that is handed a reference chooses the names.
fn weight_of(path: &Path) -> usize {
    let weights = path.segments().iter().map(|segment| match segment {
        Segment::Name(name) => size_of::<Segment>().saturating_add(name.len()),
        Segment::Index(_) => size_of::<Segment>(),
    });
    weights.fold(0, usize::saturating_add)
}

fn find_references(value: &Value, up: &Arc<Up>) {
    if let Value::Capability(stub) = value {
        if let Some(reference) = reference_behind(stub) {
            reference.find_in(up);
        }
        return;
    }
    for child in value.children() {
        find_references(child, up);
    }
}
