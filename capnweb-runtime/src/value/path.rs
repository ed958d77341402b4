//! Property paths: how an expression reaches into a value.

use std::fmt;

/// One step of a [`Path`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "the protocol knows these two")]
pub enum Segment {
    /// A member or method by name.
    Name(std::borrow::Cow<'static, str>),
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
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Path(Vec<Segment>);

impl Path {
    /// The path to the value itself.
    pub const EMPTY: Self = Self(Vec::new());

    /// Creates a path from its steps.
    pub const fn new(segments: Vec<Segment>) -> Self {
        Self(segments)
    }

    /// Creates a path of one step.
    pub fn single(segment: impl Into<Segment>) -> Self {
        Self(vec![segment.into()])
    }

    /// Returns the steps.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Returns whether this is the path to the value itself.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Appends one step.
    #[must_use]
    pub fn then(&self, segment: impl Into<Segment>) -> Self {
        let mut segments = Vec::with_capacity(self.0.len().saturating_add(1));
        segments.extend_from_slice(&self.0);
        segments.push(segment.into());
        Self(segments)
    }

    /// Appends all the steps of another path.
    #[must_use]
    pub fn join(mut self, rest: Self) -> Self {
        if self.0.is_empty() {
            return rest;
        }
        self.0.extend(rest.0);
        self
    }

    /// Splits off the first step.
    pub fn split_first(&self) -> Option<(&Segment, Self)> {
        let (first, rest) = self.0.split_first()?;
        Some((first, Self(rest.to_vec())))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.0.iter().enumerate() {
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
        Self(segments.into_iter().map(Into::into).collect())
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
        Self(segments)
    }
}
