//! Brands: recognising one's own references (Morris, 1973: sealers and unsealers).

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::wrap::wrap;
use crate::audit::{Link, LinkKind};
use crate::hook::cap::{Cap, Hook, State, itself};
use crate::hook::promise::Resolver;
use crate::hook::waiter::Waiter;
use crate::hook::{Stub, Value};
use crate::value::Path;

/// The power to mark references as one's own, and to recognise them when they come back.
///
/// Whoever holds the brand can get from a reference it has sealed back to the `T` it
/// sealed it with; nobody else can, and a reference that somebody else made, whatever it claims to
/// be, is not recognised. It works through the reference's own facets and after a trip over the
/// wire. Clones are the same brand.
pub struct Brand<T> {
    key: BrandKey,
    sealed: PhantomData<fn() -> T>,
}

/// Tells brands apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BrandKey(u64);

impl<T: Send + Sync + 'static> Brand<T> {
    /// Creates a brand that no reference bears yet.
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let key = BrandKey(NEXT.fetch_add(1, Ordering::Relaxed));
        Self {
            key,
            sealed: PhantomData,
        }
    }

    /// Returns whether this is the brand with that key.
    #[cfg(feature = "websocket")]
    pub(crate) fn has(&self, key: BrandKey) -> bool {
        self.key == key
    }

    /// Returns a reference to the same object that bears this brand.
    pub(crate) fn seal_stub(&self, stub: &Stub, content: Arc<T>) -> Stub {
        let key = self.key;
        wrap(stub, |inner| {
            Cap::new(Branded {
                inner,
                key,
                content,
            })
        })
    }

    /// Returns what a reference was sealed with, if it bears this brand.
    pub(crate) fn unseal_stub(&self, stub: &Stub) -> Option<Arc<T>> {
        if !stub.path().is_empty() {
            return None;
        }
        stub.cap().content(self.key)?.downcast().ok()
    }

    /// Returns what a reference was sealed with, if it is the one that was sealed.
    pub(crate) fn unseal_whole_stub(&self, stub: &Stub) -> Option<Arc<T>> {
        if !stub.path().is_empty() {
            return None;
        }
        stub.cap().own_content(self.key)?.downcast().ok()
    }
}

impl<T> Clone for Brand<T> {
    fn clone(&self) -> Self {
        Self {
            key: self.key,
            sealed: PhantomData,
        }
    }
}

impl<T: Send + Sync + 'static> Default for Brand<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for Brand<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Brand")
    }
}

struct Branded<T> {
    inner: Stub,
    key: BrandKey,
    content: Arc<T>,
}

impl<T: Send + Sync + 'static> Hook for Branded<T> {
    fn call(self: Arc<Self>, path: Path, args: Vec<Value>, result: Resolver) {
        self.inner.pass_call(path, args, result);
    }

    fn read(self: Arc<Self>, path: Path, result: Resolver) {
        if path.is_empty() {
            return result.settle(Ok(itself(self)));
        }
        self.inner.pass_read(path, result);
    }

    fn when_settled(self: Arc<Self>, waiter: Waiter) {
        waiter.tell(&Arc::new(Ok(itself(self))));
    }

    fn state(&self) -> State {
        State::Object
    }

    fn content(&self, key: BrandKey) -> Option<Arc<dyn Any + Send + Sync>> {
        (self.key == key).then(|| Arc::clone(&self.content) as Arc<dyn Any + Send + Sync>)
    }

    fn inner(&self) -> Option<Stub> {
        Some(self.inner.clone())
    }

    fn link(&self) -> Option<Link> {
        Some(Link::new(LinkKind::Brand))
    }
}
