//! A membrane, as programs have it.

use std::fmt;
use std::sync::Arc;

use super::border::{Border, Side};
use super::crossing::Across;
use crate::hook::Stub;
use crate::hook::wrapper::Revoker;
use crate::hook::wrapper::convert::Conversion as _;
use crate::hook::wrapper::gate::{Gate, Listed};
use crate::hook::wrapper::guard::Guard;
use crate::hook::wrapper::wrap::broken;
use crate::policy::{Direction, Policy};

#[doc = include_str!("../../../../docs/links.txt")]
#[doc = include_str!("../../../../docs/membranes.md")]
#[derive(Clone)]
pub struct Membrane(Arc<Shared>);

struct Shared {
    border: Arc<Border>,
    revoker: Revoker,
    /// The place of the border among what falls when the revoker says so.
    _listed: Listed,
    policy: Option<Arc<dyn Policy>>,
}

impl Membrane {
    /// Creates a membrane that nothing has crossed yet.
    pub fn new() -> Self {
        Self::make(&Revoker::new(), None)
    }

    /// Creates a membrane that is revoked by this revoker, with everything else in its care.
    pub fn under(revoker: &Revoker) -> Self {
        Self::make(revoker, None)
    }

    /// Creates a membrane with a policy that is asked about each crossing, both ways: every call, read
    /// and chunk, of whatever is reached through it.
    pub fn with_policy(policy: impl Policy) -> Self {
        Self::under_with_policy(&Revoker::new(), policy)
    }

    /// Creates a membrane with a policy that is revoked by this revoker, with everything else in its
    /// care.
    pub fn under_with_policy(revoker: &Revoker, policy: impl Policy) -> Self {
        Self::make(revoker, Some(Arc::new(policy)))
    }

    fn make(revoker: &Revoker, policy: Option<Arc<dyn Policy>>) -> Self {
        let border = Arc::new(Border::new());
        let falling = Arc::downgrade(&border);
        Self(Arc::new(Shared {
            _listed: revoker.gate().list(falling),
            border,
            revoker: revoker.clone(),
            policy,
        }))
    }

    /// Returns what calls pass, whose handlers are not entered any more once it is shut.
    pub(super) fn gate(&self) -> &Arc<Gate> {
        self.0.revoker.gate()
    }

    /// Returns what revokes it.
    pub fn revoker(&self) -> Revoker {
        self.0.revoker.clone()
    }

    /// Returns what the outside gets for something on the inside.
    pub(crate) fn carry_out(&self, stub: &Stub, interface: Option<&'static str>) -> Stub {
        self.carry(stub, Side::Inside, interface)
    }

    /// Returns what the inside gets for something on the outside.
    pub(crate) fn carry_in(&self, stub: &Stub, interface: Option<&'static str>) -> Stub {
        self.carry(stub, Side::Outside, interface)
    }

    fn carry(&self, stub: &Stub, from: Side, interface: Option<&'static str>) -> Stub {
        let across = Across {
            interface,
            ..Across::new(self.clone(), from)
        };
        across.capability(stub).unwrap_or_else(broken)
    }

    /// Returns who decides what may cross to something on a side, if anybody does.
    pub(super) fn guard(&self, interface: Option<&'static str>, side: Side) -> Option<Guard> {
        let policy = Arc::clone(self.0.policy.as_ref()?);
        let direction = match side {
            Side::Inside => Direction::Inward,
            Side::Outside => Direction::Outward,
        };
        Some(Guard::new(interface, direction, policy))
    }

    /// Returns how many wrappers there are.
    #[cfg(test)]
    pub(super) fn wrappers(&self) -> usize {
        self.0.border.fronts()
    }

    pub(super) fn border(&self) -> &Arc<Border> {
        &self.0.border
    }
}

impl PartialEq for Membrane {
    /// Whether both are the same membrane.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Membrane {}

impl Default for Membrane {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Membrane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Membrane")
            .field("revoked", &self.0.revoker.is_revoked())
            .finish_non_exhaustive()
    }
}
