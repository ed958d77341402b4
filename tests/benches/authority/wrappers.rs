//! What stands in front of an object.

use std::sync::Arc;

use capnweb_runtime::policy::CallBudget;
use capnweb_runtime::{Brand, Capability as _, Revoker};

use super::work::{DeskFacetStub, DeskStub, Oak};

/// One of what narrows, marks or takes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wrapper {
    Bare,
    Facet,
    Guard,
    Caretaker,
    Membrane,
    Brand,
    All,
}

impl Wrapper {
    pub(crate) const ALL: [Self; 7] = [
        Self::Bare,
        Self::Facet,
        Self::Guard,
        Self::Caretaker,
        Self::Membrane,
        Self::Brand,
        Self::All,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Facet => "facet",
            Self::Guard => "guard",
            Self::Caretaker => "caretaker",
            Self::Membrane => "membrane",
            Self::Brand => "brand",
            Self::All => "all",
        }
    }

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Facet => "a facet",
            Self::Guard => "a guard (a budget of calls)",
            Self::Caretaker => "a caretaker",
            Self::Membrane => "a membrane",
            Self::Brand => "a brand",
            Self::All => "all five, one around the other",
        }
    }

    /// Returns an object, and what has to be kept for as long as it is used.
    pub(crate) fn object(self) -> (DeskStub, Vec<Revoker>) {
        let bare = DeskStub::new(Oak);
        match self {
            Self::Bare => (bare, Vec::new()),
            Self::All => {
                let mut kept = Vec::new();
                let parts = [
                    Self::Brand,
                    Self::Facet,
                    Self::Guard,
                    Self::Caretaker,
                    Self::Membrane,
                ];
                let wrapped = parts
                    .into_iter()
                    .fold(bare, |desk, part| part.around(desk, &mut kept));
                (wrapped, kept)
            }
            one => {
                let mut kept = Vec::new();
                let wrapped = one.around(bare, &mut kept);
                (wrapped, kept)
            }
        }
    }

    fn around(self, desk: DeskStub, kept: &mut Vec<Revoker>) -> DeskStub {
        match self {
            Self::Bare | Self::All => desk,
            Self::Facet => desk.attenuate::<DeskFacetStub>().as_stub().cast(),
            Self::Guard => desk.guarded(CallBudget::new(u64::MAX)),
            Self::Caretaker => {
                let (lent, revoker) = desk.revocable();
                kept.push(revoker);
                lent
            }
            Self::Membrane => {
                let (outside, revoker) = desk.membrane();
                kept.push(revoker);
                outside
            }
            Self::Brand => Brand::new().seal(&desk, Arc::new(())),
        }
    }
}
