//! Property paths: how an expression reaches into a value.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::slice;
use std::sync::Arc;

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

/// One step, as in most calls, stands where it is; more stand elsewhere, once.
#[derive(Clone)]
enum Steps {
    None,
    One(Segment),
    Many(Arc<[Segment]>),
}

impl Path {
    /// The path to the value itself.
    pub const EMPTY: Self = Self(Steps::None);

    /// Creates a path from its steps.
    pub fn new(segments: Vec<Segment>) -> Self {
        segments.into_iter().collect()
    }

    /// Creates a path of one step.
    pub fn single(segment: impl Into<Segment>) -> Self {
        Self(Steps::One(segment.into()))
    }

    /// Returns the steps.
    pub fn segments(&self) -> &[Segment] {
        match &self.0 {
            Steps::None => &[],
            Steps::One(segment) => slice::from_ref(segment),
            Steps::Many(segments) => segments,
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
        if rest.is_empty() {
            return Some((first, Self::EMPTY));
        }
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
            Some(second) => Self(Steps::Many(
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

#[cfg(test)]
mod tests {
    use super::{Path, Segment};

    /// Each reference and each value has room for one.
    #[test]
    fn a_path_takes_no_more_room_than_a_step() {
        assert_eq!(size_of::<Path>(), size_of::<Segment>());
        assert_eq!(size_of::<Segment>(), size_of::<[usize; 3]>());
    }

    #[test]
    fn paths_are_equal_however_they_were_made() {
        let (a, b) = (Segment::from("a"), Segment::from(1));
        let long = "a name of more bytes than stand in place".to_owned();
        for (one, other) in [
            (Path::EMPTY, Path::new(Vec::new())),
            (Path::single("a"), Path::from([a.clone()])),
            (Path::EMPTY.then("a"), Path::EMPTY.join(Path::from("a"))),
            (Path::single("a").then(1), Path::new(vec![a.clone(), b])),
            (Path::from(long.clone()), Path::from([long])),
        ] {
            assert_eq!(one, other);
            assert_eq!(one.to_string(), other.to_string());
        }
        let path = Path::single("a").then(1).join(Path::from(["b", "c"]));
        assert_eq!(path.to_string(), "a.1.b.c");
        let (first, rest) = path.split_first().unwrap();
        assert_eq!(
            (first, rest),
            (&a, Path::single(1).join(Path::from(["b", "c"])))
        );
    }
}
