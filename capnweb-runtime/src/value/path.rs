//! Property paths: how an expression reaches into a value.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::slice;

use super::MemberName;

/// One step of a [`Path`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "the protocol knows these two")]
pub enum Segment {
    /// A member or method by name.
    Name(MemberName),
    /// An array element; only this form reaches one.
    Index(u64),
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Index(index) => write!(f, "{index}"),
        }
    }
}

impl From<&'static str> for Segment {
    fn from(name: &'static str) -> Self {
        Self::Name(name.into())
    }
}

impl From<String> for Segment {
    fn from(name: String) -> Self {
        Self::Name(name.into())
    }
}

impl From<u64> for Segment {
    fn from(index: u64) -> Self {
        Self::Index(index)
    }
}

/// Steps from a value to something inside it; empty for the value itself.
#[derive(Clone)]
pub struct Path(Steps);

/// One step, as in most calls, stands where it is; any number may stand elsewhere.
#[derive(Clone)]
enum Steps {
    One(Segment),
    Any(Vec<Segment>),
}

impl Path {
    /// The path to the value itself.
    pub const EMPTY: Self = Self(Steps::Any(Vec::new()));

    /// Creates a path from its steps.
    pub const fn new(segments: Vec<Segment>) -> Self {
        Self(Steps::Any(segments))
    }

    /// Creates a path of one step.
    pub fn single(segment: impl Into<Segment>) -> Self {
        Self(Steps::One(segment.into()))
    }

    /// Returns the steps.
    pub fn segments(&self) -> &[Segment] {
        match &self.0 {
            Steps::One(segment) => slice::from_ref(segment),
            Steps::Any(segments) => segments,
        }
    }

    /// Returns whether this is the path to the value itself.
    pub fn is_empty(&self) -> bool {
        self.segments().is_empty()
    }

    /// Appends one step.
    #[must_use]
    pub fn then(&self, segment: impl Into<Segment>) -> Self {
        self.followed_by([segment.into()])
    }

    /// Appends all the steps of another path.
    #[must_use]
    pub fn join(self, rest: Self) -> Self {
        if self.is_empty() {
            return rest;
        }
        self.followed_by(rest.segments().iter().cloned())
    }

    /// Splits off the first step.
    pub fn split_first(&self) -> Option<(&Segment, Self)> {
        let (first, rest) = self.segments().split_first()?;
        Some((first, rest.iter().cloned().collect()))
    }

    fn followed_by(&self, rest: impl IntoIterator<Item = Segment>) -> Self {
        self.segments().iter().cloned().chain(rest).collect()
    }
}

impl Default for Path {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl PartialEq for Path {
    fn eq(&self, other: &Self) -> bool {
        self.segments() == other.segments()
    }
}

impl Eq for Path {}

impl Hash for Path {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.segments().hash(state);
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.segments()).finish()
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.segments().iter().enumerate() {
            if at > 0 {
                f.write_str(".")?;
            }
            write!(f, "{segment}")?;
        }
        Ok(())
    }
}

impl<S: Into<Segment>> FromIterator<S> for Path {
    fn from_iter<I: IntoIterator<Item = S>>(segments: I) -> Self {
        let mut segments = segments.into_iter().map(Into::into);
        let Some(first) = segments.next() else {
            return Self::EMPTY;
        };
        match segments.next() {
            None => Self(Steps::One(first)),
            Some(second) => Self(Steps::Any(
                [first, second].into_iter().chain(segments).collect(),
            )),
        }
    }
}

impl From<&'static str> for Path {
    fn from(name: &'static str) -> Self {
        Self::single(name)
    }
}

impl From<String> for Path {
    fn from(name: String) -> Self {
        Self::single(name)
    }
}

impl<S: Into<Segment>, const N: usize> From<[S; N]> for Path {
    fn from(segments: [S; N]) -> Self {
        segments.into_iter().collect()
    }
}

/// The empty path: what is called or read is the thing itself.
impl From<()> for Path {
    fn from((): ()) -> Self {
        Self::EMPTY
    }
}

impl From<Vec<Segment>> for Path {
    fn from(segments: Vec<Segment>) -> Self {
        Self::new(segments)
    }
}
