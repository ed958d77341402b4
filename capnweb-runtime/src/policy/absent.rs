//! Denials that look like absence.

use super::{Crossing, Denial, Policy};

/// A policy whose denials look like absence; made by [`absent`].
#[derive(Debug, Clone)]
pub struct Absent<P>(P);

/// Makes every denial of a policy look as if there were nothing: no peer can tell what it may not do
/// from what does not exist.
///
/// ```
/// use capnweb_runtime::policy::{Methods, absent};
///
/// let policy = absent(Methods::only(["read", "list"]));
/// ```
pub const fn absent<P: Policy>(policy: P) -> Absent<P> {
    Absent(policy)
}

impl<P: Policy> Policy for Absent<P> {
    fn admit(&self, crossing: &Crossing<'_>) -> Result<(), Denial> {
        self.0.admit(crossing).map_err(|_| Denial::absent())
    }

    fn looks_at_arguments(&self) -> bool {
        self.0.looks_at_arguments()
    }

    fn unknown_name(&self, members: &[&str]) -> Option<&str> {
        self.0.unknown_name(members)
    }
}
