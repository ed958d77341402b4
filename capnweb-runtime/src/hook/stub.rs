//! The untyped reference, the leaf of every value.

use super::hardening::hand_on;
use super::map::{Mapper, record_call, record_read};
use super::promise::Resolver;
use super::stream::Nature;
use super::{Cap, State, Value};
use crate::error::Error;
use crate::value::{Path, Segment};

/// A reference to a capability, or to a place inside a promised value, without a type.
///
/// Typed stubs wrap one; schemaless code uses it directly. Cloning duplicates the reference,
/// dropping the last clone releases what it refers to.
#[derive(Clone)]
pub struct Stub {
    cap: Cap,
    path: Path,
    awaited: Awaited,
}

/// Whether a reference stands for itself or for the value it will become (protocol W-43).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Awaited {
    No,
    Yes,
}

impl Stub {
    /// Refers to a capability.
    pub(crate) const fn of(cap: Cap) -> Self {
        Self {
            cap,
            path: Path::EMPTY,
            awaited: Awaited::No,
        }
    }

    /// Refers to what a promise will become.
    pub(crate) const fn promise(cap: Cap) -> Self {
        Self {
            cap,
            path: Path::EMPTY,
            awaited: Awaited::Yes,
        }
    }

    /// Refers to something inside; it owns nothing more than this reference does (protocol C-26).
    pub(crate) fn step(&self, segment: impl Into<Segment>) -> Self {
        let path = self.path.then(segment);
        Self {
            cap: self.cap.clone(),
            path,
            awaited: Awaited::Yes,
        }
    }

    /// Refers to something inside, several steps away.
    pub(crate) fn at(&self, path: Path) -> Self {
        if path.is_empty() {
            return self.clone();
        }
        let path = self.path.clone().join(path);
        Self {
            cap: self.cap.clone(),
            path,
            awaited: Awaited::Yes,
        }
    }

    /// Refers to the same place in what the capability has become.
    pub(crate) fn in_place_of(&self, next: Cap) -> Self {
        Self {
            cap: next,
            path: self.path.clone(),
            awaited: self.awaited,
        }
    }

    /// Refers to the same capability as an object, whatever it was before.
    pub(crate) fn into_object(self) -> Self {
        Self {
            awaited: Awaited::No,
            ..self
        }
    }

    /// Refers to the value where it is the result of a call, though it is named as a stub: what is a
    /// whole result by itself is a result (protocol S-31, W-43).
    pub(crate) fn into_result(self) -> Self {
        let is_object = matches!(self.cap.state(), State::Object);
        let awaited = if is_object {
            self.awaited
        } else {
            Awaited::Yes
        };
        Self { awaited, ..self }
    }

    /// Calls what is at `path`, and returns the promise of the result. While a mapper is recorded on
    /// this thread, the call is written down instead.
    pub(crate) fn begin_call(&self, path: Path, args: Vec<Value>) -> Cap {
        record_call(self, &path, &args)
            .unwrap_or_else(|| self.cap.call_promise(self.path.clone().join(path), args))
    }

    /// Reads what is at `path`, like [`begin_call`](Self::begin_call).
    pub(crate) fn begin_read(&self, path: Path) -> Cap {
        record_read(self, &path)
            .unwrap_or_else(|| self.cap.read_promise(self.path.clone().join(path)))
    }

    /// Hands a mapper on, to be applied to what this refers to.
    pub(super) fn pass_map(&self, mapper: Mapper, result: Resolver) {
        hand_on(result, |result| {
            self.cap.map(self.path.clone(), mapper, result);
        });
    }

    /// Hands a call on to what this refers to; `path` goes on from there.
    pub(super) fn pass_call(&self, path: Path, args: Vec<Value>, result: Resolver) {
        hand_on(result, |result| {
            self.cap.call(self.path.clone().join(path), args, result);
        });
    }

    /// Hands a read on, like [`pass_call`](Self::pass_call).
    pub(super) fn pass_read(&self, path: Path, result: Resolver) {
        hand_on(result, |result| {
            self.cap.read(self.path.clone().join(path), result);
        });
    }

    /// Runs `callback` when nothing can be had of this any more, with the reason; at once if that is
    /// so already. It runs once, or never.
    ///
    /// A peer's object breaks when the session ends that it came over. A promise breaks when it fails,
    /// or when its session ends before it settles; if it becomes a reference, `callback` is for that
    /// from then on, and if it becomes data, it is forgotten. What can be taken back, by a
    /// [`Revoker`](crate::Revoker) or with a [`Membrane`](crate::Membrane), breaks when it is: `callback`
    /// runs inside of [`revoke`](crate::Revoker::revoke). Any other object of this process does not break.
    ///
    /// It is told on the side where the reference is taken back. A peer that holds it is not, since the
    /// protocol has no message for that: it sees when it calls.
    ///
    /// The registration outlives this handle; what is to be told of a revocation, until the last handle
    /// of what is revoked is dropped. All of one session run in the order in which they were made; a panic
    /// in one is caught, and ignored.
    pub fn on_broken(&self, callback: impl FnOnce(&Error) + Send + 'static) {
        self.cap.on_broken(Box::new(callback));
    }

    pub(crate) const fn cap(&self) -> &Cap {
        &self.cap
    }

    pub(crate) const fn path(&self) -> &Path {
        &self.path
    }

    /// Returns whether the value is wanted, rather than the reference.
    pub(crate) fn is_promise(&self) -> bool {
        self.awaited == Awaited::Yes
    }

    /// Returns whether this is one end of a stream.
    pub(crate) fn is_stream(&self) -> bool {
        !matches!(self.nature(), Nature::Object)
    }

    /// Returns what this refers to, by nature.
    pub(crate) fn nature(&self) -> Nature<'_> {
        if self.path.is_empty() {
            self.cap.nature()
        } else {
            Nature::Object
        }
    }

    /// Returns the name of the interface of what this refers to, where it is known.
    pub(crate) fn interface(&self) -> Option<&'static str> {
        if self.path.is_empty() {
            self.cap.interface()
        } else {
            None
        }
    }

    /// Returns the capability that this leads into.
    pub(super) fn into_bare_cap(self) -> Cap {
        self.cap
    }

    /// Returns the capability this refers to, reading it out of a promised value if need be.
    pub(crate) fn into_cap(self) -> Cap {
        if self.path.is_empty() {
            self.cap
        } else {
            self.cap.read_promise(self.path)
        }
    }
}

impl PartialEq for Stub {
    /// Whether both are the same handle. Two stubs for one object may differ: the protocol has no
    /// object identity.
    fn eq(&self, other: &Self) -> bool {
        self.cap.same(&other.cap) && self.path == other.path
    }
}

impl std::fmt::Debug for Stub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Stub({:?}", self.cap)?;
        if !self.path.is_empty() {
            write!(f, " at {}", self.path)?;
        }
        f.write_str(")")
    }
}
