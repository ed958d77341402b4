//! What is about to pass a guard or a membrane.

use std::fmt;

use crate::hook::Value;
use crate::value::{Path, Segment};

/// Something that is about to pass a guard or a membrane, as a [`Policy`](super::Policy) sees it.
///
/// Its `Debug` form shows no arguments.
pub struct Crossing<'a> {
    interface: Option<&'a str>,
    path: &'a Path,
    kind: CrossingKind,
    direction: Direction,
    args: &'a [Value],
}

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CrossingKind {
    /// A method, or the reference itself, is called.
    Call,
    /// A property is read. A method that is read comes as a function, whose calls are judged like
    /// those of the method.
    Get,
    /// Something is done for each element of what a property holds. What that does is judged by itself.
    Map,
    /// Something is written to a stream, or it is closed or aborted: that is the name in the path.
    Write,
    /// The next chunk of a stream is handed out; it is the only argument.
    Read,
}

/// Which way it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "there are two sides")]
pub enum Direction {
    /// To what is guarded, or inside.
    Inward,
    /// Away from it, or from the inside to the outside.
    Outward,
}

impl Direction {
    pub(crate) const fn reverse(self) -> Self {
        match self {
            Self::Inward => Self::Outward,
            Self::Outward => Self::Inward,
        }
    }
}

impl<'a> Crossing<'a> {
    /// Describes a call, or whatever else `kind` says, from the outside.
    pub(crate) const fn inward(
        interface: Option<&'a str>,
        path: &'a Path,
        kind: CrossingKind,
        args: &'a [Value],
    ) -> Self {
        Self {
            interface,
            path,
            kind,
            direction: Direction::Inward,
            args,
        }
    }

    /// Describes the same from the inside.
    pub(crate) const fn outward(self) -> Self {
        Self {
            direction: Direction::Outward,
            ..self
        }
    }

    /// Returns the name of the interface, where it is known.
    pub const fn interface(&self) -> Option<&'a str> {
        self.interface
    }

    /// Returns the way to what is called or read, from the reference that is guarded. It is longer than
    /// a step where somebody calls through a property without reading it first.
    pub const fn path(&self) -> &'a Path {
        self.path
    }

    /// Returns the first step of the path: the member of the guarded object that it is about. `None`
    /// if it is the object itself, as when a function is called.
    ///
    /// To allow a member is to allow what lies behind it: whoever can read a property can call what is
    /// in it.
    pub fn member(&self) -> Option<&'a Segment> {
        self.path.segments().first()
    }

    /// Returns what is being done.
    pub const fn kind(&self) -> CrossingKind {
        self.kind
    }

    /// Returns which way it goes.
    pub const fn direction(&self) -> Direction {
        self.direction
    }

    /// Returns the arguments. There are no promises among them, if the policy says that it
    /// [looks at them](super::Policy::looks_at_arguments).
    pub const fn args(&self) -> &'a [Value] {
        self.args
    }
}

impl fmt::Debug for Crossing<'_> {
    /// Arguments may be secrets, and are not shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Crossing")
            .field("interface", &self.interface)
            .field("path", &self.path)
            .field("kind", &self.kind)
            .field("direction", &self.direction)
            .finish_non_exhaustive()
    }
}
