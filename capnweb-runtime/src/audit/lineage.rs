//! The chain of references that a call comes through.

use std::borrow::Cow;
use std::fmt;

/// How somebody came by a reference: what it leads to, and everything that was put in front of that,
/// from the inside out.
///
/// It is written as `Shelf > facet Reader > guard > granted "librarian to reader 7"`. Nothing that a peer
/// has written is in it. What was behind a reference that has been revoked is not known any more: its
/// chain begins with the caretaker.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lineage(Vec<Link>);

/// One step of a [`Lineage`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    kind: LinkKind,
    name: Option<Cow<'static, str>>,
}

/// What a [`Link`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LinkKind {
    /// An object of this process, by the name of its interface; a function has none.
    Root,
    /// An object of another peer's.
    Remote,
    /// A promise of which nobody knew yet what it becomes.
    Promised,
    /// A facet, by its name.
    Facet,
    /// A guard.
    Guard,
    /// What is taken back by a [`Revoker`](crate::Revoker).
    Caretaker,
    /// A membrane.
    Membrane,
    /// What a [`Brand`](crate::Brand) has sealed.
    Brand,
    /// What counts the calls of a sturdy reference.
    Meter,
    /// Who has handed it to whom, in the words of [`granted`](crate::granted).
    Grant,
}

impl Lineage {
    /// Puts links in order that were found from the outside in.
    pub(crate) fn from_outside_in(mut links: Vec<Link>) -> Self {
        links.reverse();
        Self(links)
    }

    /// Returns the links, from what was called to what the peer holds. There are none if what the peer
    /// has called was plain data, or had failed.
    pub fn links(&self) -> &[Link] {
        &self.0
    }

    /// Returns who has handed it to whom, in order: the labels of its [grants](LinkKind::Grant).
    pub fn grants(&self) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(|link| link.kind == LinkKind::Grant)
            .filter_map(Link::name)
    }
}

impl Link {
    /// Describes a link that has no name.
    pub(crate) const fn new(kind: LinkKind) -> Self {
        Self { kind, name: None }
    }

    /// Describes a link.
    pub(crate) fn named(kind: LinkKind, name: impl Into<Option<Cow<'static, str>>>) -> Self {
        let name = name.into();
        Self { kind, name }
    }

    /// Returns what it is.
    pub const fn kind(&self) -> LinkKind {
        self.kind
    }

    /// Returns its name: of the interface of a root, or of a facet; or what a grant says.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

impl fmt::Display for Lineage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, link) in self.0.iter().enumerate() {
            let before = if at == 0 { "" } else { " > " };
            write!(f, "{before}{link}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.kind, self.name()) {
            (LinkKind::Root, name) => f.write_str(name.unwrap_or("object")),
            (LinkKind::Grant, name) => write!(f, "granted {:?}", name.unwrap_or_default()),
            (kind, Some(name)) => write!(f, "{} {name}", kind.name()),
            (kind, None) => f.write_str(kind.name()),
        }
    }
}

impl LinkKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Root => "object",
            Self::Remote => "remote",
            Self::Promised => "promise",
            Self::Facet => "facet",
            Self::Guard => "guard",
            Self::Caretaker => "caretaker",
            Self::Membrane => "membrane",
            Self::Brand => "brand",
            Self::Meter => "meter",
            Self::Grant => "granted",
        }
    }
}
