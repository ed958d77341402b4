//! References that the processes of a script hold, and the ways that calls take through them.

use crate::hook::Stub;

/// A reference that a process holds.
#[derive(Clone)]
pub(super) struct Handle {
    /// Whose it is.
    pub(super) at: usize,
    pub(super) stub: Stub,
    pub(super) chain: Chain,
}

/// The way that calls take through a reference.
#[derive(Clone)]
pub(super) struct Chain {
    /// What its calls are numbered under; none where their order is nobody's promise.
    pub(super) id: Option<usize>,
    pub(super) calls: u32,
    /// The processes on the way, as bits.
    pub(super) through: u8,
}

impl Chain {
    pub(super) const fn ordered(id: usize, through: u8) -> Self {
        Self {
            id: Some(id),
            calls: 0,
            through,
        }
    }

    /// A way on which nobody promises an order.
    pub(super) const fn unordered() -> Self {
        Self {
            id: None,
            calls: 0,
            through: 0,
        }
    }
}
