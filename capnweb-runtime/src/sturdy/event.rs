//! What a registry tells its owner, and nobody else.

use std::fmt;

use super::record::RecordId;

/// Something that has happened to a sturdy reference. It names the record, and has no part of the
/// reference's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SturdyEvent {
    /// A reference was made.
    Sealed {
        /// Its record.
        record: RecordId,
        /// The record of the one it was derived from.
        parent: Option<RecordId>,
    },
    /// A reference was restored.
    Restored {
        /// Its record.
        record: RecordId,
    },
    /// A reference was not restored.
    Refused {
        /// Its record; none where the text was not that of a reference. Of a forged one, it is what
        /// the forger made it to be.
        record: Option<RecordId>,
        /// Why.
        refusal: Refusal,
    },
    /// A reference was taken back.
    Revoked {
        /// Its record.
        record: RecordId,
    },
}

/// Why a reference does not work. To whoever presents it, most of these look alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The text is not that of a reference.
    Malformed,
    /// Its signature is not of this registry: it was made by another, or has been tampered with.
    Forged,
    /// Its record is not there any more.
    Unknown,
    /// It was revoked, or one from which it was derived was.
    Revoked,
    /// It has expired.
    Expired,
    /// It was to be used once, or so many times, and has been.
    Spent,
    /// It has a caveat that this version does not know.
    UnknownCaveat,
    /// One of its caveats would have to be counted, and as many are as may be.
    TooManyCounters,
    /// It is in order, but the capability has not survived a restart.
    Lost,
    /// It is in order, but there is no maker for its kind.
    NoMaker,
    /// It is in order, and for another interface.
    WrongInterface,
    /// Its maker has failed.
    MakerFailed,
    /// The store has failed.
    StoreFailed,
    /// It was not looked at, since too many in the session did not work.
    TooManyAttempts,
}

impl Refusal {
    /// Returns its name, as logs have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Forged => "forged",
            Self::Unknown => "unknown",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Spent => "spent",
            Self::UnknownCaveat => "unknown_caveat",
            Self::TooManyCounters => "too_many_counters",
            Self::Lost => "lost",
            Self::NoMaker => "no_maker",
            Self::WrongInterface => "wrong_interface",
            Self::MakerFailed => "maker_failed",
            Self::StoreFailed => "store_failed",
            Self::TooManyAttempts => "too_many_attempts",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
