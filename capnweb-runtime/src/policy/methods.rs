//! A set of members.

use super::arguments::is_named;
use super::{Crossing, Denial, Policy};

/// Some members, by their names on the wire: `getInfo`, where Rust says `get_info`.
///
/// A typed stub that is guarded by a name that none of its members has is broken, and says so. An untyped
/// stub, whose members are not known, and a membrane, which is around many interfaces, take names as they
/// are.
///
/// A facet does the same as a type of its own and checked by the compiler; this is for names that are
/// known at run time only. A member is allowed with all that lies behind it.
#[derive(Debug, Clone)]
pub struct Methods {
    names: Box<[Box<str>]>,
    listed: Listed,
}

/// What becomes of the members that are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Listed {
    Admitted,
    Denied,
}

impl Methods {
    /// Admits these and nothing else. A function has no members: it is not admitted to be called.
    pub fn only<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self::of(names, Listed::Admitted)
    }

    /// Admits all but these.
    pub fn except<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self::of(names, Listed::Denied)
    }

    fn of<N: Into<String>>(names: impl IntoIterator<Item = N>, listed: Listed) -> Self {
        let names = names.into_iter().map(|name| name.into().into_boxed_str());
        Self {
            names: names.collect(),
            listed,
        }
    }
}

impl Policy for Methods {
    fn admit(&self, crossing: &Crossing<'_>) -> Result<(), Denial> {
        let is_listed = crossing
            .member()
            .is_some_and(|member| self.names.iter().any(|name| is_named(member, name)));
        if is_listed == (self.listed == Listed::Admitted) {
            Ok(())
        } else {
            Err(Denial::new("the method is not permitted"))
        }
    }

    fn looks_at_arguments(&self) -> bool {
        false
    }

    fn unknown_name(&self, members: &[&str]) -> Option<&str> {
        let mut names = self.names.iter().map(AsRef::as_ref);
        names.find(|name| !members.contains(name))
    }
}
