//! What stands in front of an object.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use capnweb_runtime::policy::CallBudget;
use capnweb_runtime::{
    Brand, Capability as _, Caveat, MemoryStore, Registry, RegistryKey, Revoker,
};

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
    Sturdy,
    All,
}

impl Wrapper {
    pub(crate) const ALL: [Self; 8] = [
        Self::Bare,
        Self::Facet,
        Self::Guard,
        Self::Caretaker,
        Self::Membrane,
        Self::Brand,
        Self::Sturdy,
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
            Self::Sturdy => "sturdy",
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
            Self::Sturdy => "a restored reference, derived once and with an end",
            Self::All => "all five, one around the other",
        }
    }

    /// Returns an object, and what has to be kept for as long as it is used.
    pub(crate) async fn object(self) -> Result<(DeskStub, Vec<Revoker>), Box<dyn Error>> {
        let bare = DeskStub::new(Oak);
        Ok(match self {
            Self::Bare => (bare, Vec::new()),
            Self::Sturdy => (restored(&bare).await?, Vec::new()),
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
        })
    }

    fn around(self, desk: DeskStub, kept: &mut Vec<Revoker>) -> DeskStub {
        match self {
            Self::Bare | Self::Sturdy | Self::All => desk,
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

/// Seals an object, hands the reference on, and restores what was handed on.
async fn restored(desk: &DeskStub) -> Result<DeskStub, Box<dyn Error>> {
    let registry = Registry::new(RegistryKey::from_bytes([7; 32]), MemoryStore::new());
    let sealed = registry.seal(desk, []).await?;
    let an_end = Caveat::expires_after(Duration::from_hours(24));
    let derived = registry.derive(&sealed, [an_end]).await?;
    Ok(registry.restore(&derived).await?)
}
