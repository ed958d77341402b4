//! A reference that says who has handed it to whom.

use std::borrow::Cow;
use std::sync::Arc;

use super::wrap::wrap;
use crate::audit::{Link, LinkKind, short};
use crate::hook::cap::{Cap, Hook, itself, map_value};
use crate::hook::map::Mapper;
use crate::hook::promise::Resolver;
use crate::hook::waiter::Waiter;
use crate::hook::{Stub, Value};
use crate::value::Path;

/// Returns a reference to the same object that bears a label. A stream, whose chunks are no calls, is
/// returned as it is.
pub(crate) fn granted(stub: &Stub, label: &str) -> Stub {
    if stub.is_stream() {
        return stub.clone();
    }
    let label = short(label);
    wrap(stub, |inner| Cap::new(Granted { inner, label }))
}

struct Granted {
    inner: Stub,
    label: String,
}

impl Hook for Granted {
    fn call(self: Arc<Self>, path: Path, args: Vec<Value>, result: Resolver) {
        self.inner.pass_call(path, args, result);
    }

    fn read(self: Arc<Self>, path: Path, result: Resolver) {
        if path.is_empty() {
            return result.settle(Ok(itself(self)));
        }
        self.inner.pass_read(path, result);
    }

    fn map(self: Arc<Self>, path: Path, mapper: Mapper, result: Resolver) {
        if path.is_empty() {
            return map_value(self, path, mapper, result);
        }
        self.inner.at(path).pass_map(mapper, result);
    }

    fn when_settled(self: Arc<Self>, waiter: Waiter) {
        waiter.tell(&Arc::new(Ok(itself(self))));
    }

    fn inner(&self) -> Option<Stub> {
        Some(self.inner.clone())
    }

    fn link(&self) -> Option<Link> {
        let label = self.label.clone();
        Some(Link::named(LinkKind::Grant, Cow::Owned(label)))
    }
}
