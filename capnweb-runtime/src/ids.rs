//! Table ids and whose point of view they are written from.

use std::fmt;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};

/// An id as it stands in a message: a JSON number, always from the sender's point of view.
///
/// It is kept as the double it was, since a peer may write any number: one that is no table id
/// simply names nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WireId(pub f64);

/// The largest integer that a double holds exactly together with its neighbours.
const MAX_SAFE: i64 = (1 << 53) - 1;

impl WireId {
    /// Returns the table id, if the number can be one: an integer within ±(2⁵³−1).
    pub fn table_id(self) -> Option<i64> {
        safe_integer(self.0)
    }
}

impl fmt::Display for WireId {
    /// Writes the number as JavaScript does: a peer may send any, and `1e300` has 301 digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(ryu_js::Buffer::new().format(self.0))
    }
}

/// Returns the integer that a double is, if it is one within ±(2⁵³−1). Negative zero is zero.
pub(crate) fn safe_integer(number: f64) -> Option<i64> {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "what does not come back the same is no integer"
    )]
    let (integer, back) = (number as i64, number as i64 as f64);
    (back == number && integer.unsigned_abs() <= MAX_SAFE.unsigned_abs()).then_some(integer)
}

/// The id of an entry of a table.
pub(crate) trait TableId: Copy + Eq + Hash {
    /// Makes the id of a number.
    fn new(number: i64) -> Self;

    /// Returns the number.
    fn number(self) -> i64;
}

macro_rules! table_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) struct $name(i64);

        impl $name {
            /// The main object's id.
            pub(crate) const MAIN: Self = Self(0);

            /// Creates an id this side has allocated.
            pub(crate) const fn new(id: i64) -> Self {
                Self(id)
            }

            /// Reads an id out of a peer's message. This is the one place where the point of view
            /// turns: the peer's import is our export, and the other way round.
            pub(crate) fn from_peer(id: WireId) -> Option<Self> {
                id.table_id().map(Self)
            }

            /// Writes the id into a message of ours.
            pub(crate) fn to_wire(self) -> WireId {
                #[allow(clippy::cast_precision_loss, reason = "ids stay within 2⁵³")]
                WireId(self.0 as f64)
            }
        }

        impl TableId for $name {
            fn new(number: i64) -> Self {
                Self(number)
            }

            fn number(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

table_id! {
    /// The id of something the peer holds for us: a capability of its, or a call's result.
    ImportId
}

impl ImportId {
    /// Returns whether the peer allocated this id (its capabilities), rather than us (our calls).
    pub(crate) const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Returns how many ids of its kind came before it.
    pub(crate) const fn distance(self) -> u64 {
        self.0.unsigned_abs()
    }
}

table_id! {
    /// The id of something we hold for the peer.
    ExportId
}

/// Tells the sessions of this process apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SessionKey(u64);

impl SessionKey {
    /// Returns the number that the session has in this process.
    pub(crate) const fn number(self) -> u64 {
        self.0
    }

    /// Returns a key that no other session has.
    pub(crate) fn unique() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// One import, as a reference to it remembers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ImportRef {
    /// The session it belongs to.
    pub(crate) session: SessionKey,
    /// Its id there.
    pub(crate) id: ImportId,
    /// Tells apart entries that had the same id one after the other.
    pub(crate) generation: u64,
}
