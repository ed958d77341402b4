//! What a registry remembers of a reference: nothing that could be presented as one.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::caveat::Bound;
use super::hex::{self, Hex};

/// The name of a sturdy reference's record: the SHA-256 of its identifier.
///
/// It is no secret: whoever knows it can tell that two references have the same record, and revoke
/// it if they hold the registry, but cannot restore anything. Its text is 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId([u8; 32]);

/// The name of something a caveat counts: a hash that tells nothing of the reference.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CounterId([u8; 32]);

/// What is stored of one sealed reference.
///
/// It has no part of the reference's text in it. Made by a [`Registry`](super::Registry); stores
/// keep it whole, for instance by `serde`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Record {
    /// Its name.
    pub id: RecordId,
    /// Where the capability comes from when the reference is restored.
    pub origin: Origin,
    /// When it was sealed, in milliseconds since 1970.
    pub sealed_at: u64,
    /// When it ceases to work, in milliseconds since 1970, if it was sealed so. What holders have
    /// added to copies of it is not known here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<u64>,
    /// Whether it was revoked, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Revocation>,
    /// What bounds it because it bounded the reference from which this one was derived.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inherited: Vec<Bound>,
}

/// Where the capability of a reference comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Origin {
    /// An object that the registry of this process holds. After a restart it is gone.
    Live {
        /// The object's interface.
        interface: String,
    },
    /// A maker, which makes it anew each time.
    Made {
        /// Which maker.
        kind: String,
        /// What it is told.
        key: String,
    },
    /// Another record: this one is revoked with it.
    Derived {
        /// Which one.
        from: RecordId,
    },
}

/// That a reference was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Revocation {
    /// When, in milliseconds since 1970.
    pub at: u64,
    /// Why. Whoever holds a stub that was restored from the reference is told this.
    pub reason: String,
}

impl RecordId {
    /// Takes 32 bytes as a name: what [`as_bytes`](Self::as_bytes) has returned.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl CounterId {
    /// Takes 32 bytes as a name: what [`as_bytes`](Self::as_bytes) has returned.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Record {
    pub(super) fn new(id: RecordId, origin: Origin, sealed_at: SystemTime) -> Self {
        Self {
            id,
            origin,
            sealed_at: millis(sealed_at),
            expires_at: None,
            revoked: None,
            inherited: Vec::new(),
        }
    }

    /// Returns the record from which this one was derived.
    pub const fn parent(&self) -> Option<RecordId> {
        match self.origin {
            Origin::Derived { from } => Some(from),
            Origin::Live { .. } | Origin::Made { .. } => None,
        }
    }

    /// Returns whether it has ceased to work by itself.
    pub fn is_expired(&self, now: SystemTime) -> bool {
        self.expires_at.is_some_and(|at| at <= millis(now))
    }
}

/// Returns a moment as it is stored. What is before 1970 is 1970.
pub(super) fn millis(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    u64::try_from(since.unwrap_or(Duration::ZERO).as_millis()).unwrap_or(u64::MAX)
}

macro_rules! hashes {
    ($($name:ident),*) => { $(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                Hex(&self.0).fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let head = self.0.first_chunk::<8>().map_or(&[][..], |head| head);
                write!(f, concat!(stringify!($name), "({}…)"), Hex(head))
            }
        }

        impl FromStr for $name {
            type Err = InvalidHash;

            fn from_str(text: &str) -> Result<Self, InvalidHash> {
                hex::decode(text).map(Self).ok_or(InvalidHash)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    )* };
}

hashes!(RecordId, CounterId);

/// A text is not that of a [`RecordId`] or a [`CounterId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("64 hexadecimal digits in small letters were expected")]
#[non_exhaustive]
pub struct InvalidHash;
