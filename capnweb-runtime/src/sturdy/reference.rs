//! The reference itself: a name that can be written down.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::caveat::{Bound, Caveat, Written};
use super::chain::{self, Identifier, Signature};
use super::error::{InvalidReference, NarrowError};
use super::event::Refusal;
use super::hex::Hex;
use super::key::RegistryKey;
use super::record::RecordId;

/// An unguessable, revocable name of a capability, which outlives connections and processes.
///
/// A [`Registry`](super::Registry) makes it and restores the capability from it. It consists of an
/// identifier of 256 random bits, of [`Caveat`]s, and of a signature over both that only the registry
/// could have begun and that any holder can carry on: [`narrow`](Self::narrow) needs no server.
///
/// Whoever has its text has the authority: it is a secret. The text comes out of
/// [`expose`](Self::expose) and of `serde`; `Debug` shows its [record](Self::record), which is a hash,
/// and there is no `Display`. How long it takes to compare two tells nothing of their secrets.
///
/// The text is `cwref_` and at most 4,096 characters of base64 (URL-safe, without `=`) of: a byte 1, the
/// identifier, for each caveat its length in two bytes, the higher first, and its JSON, and the
/// signature.
#[derive(Clone)]
pub struct SturdyRef {
    identifier: Identifier,
    caveats: Vec<Box<[u8]>>,
    signature: Signature,
}

impl SturdyRef {
    /// Makes a reference to what a registry will know by this identifier.
    pub(super) fn sign(key: &RegistryKey, identifier: Identifier) -> Self {
        Self {
            identifier,
            caveats: Vec::new(),
            signature: key.sign(&identifier),
        }
    }

    /// Returns a reference with one more caveat. This one is as it was.
    ///
    /// # Errors
    ///
    /// When it has 32 caveats, or the caveat makes it longer than a reference can be.
    ///
    /// ```
    /// use std::time::Duration;
    /// use capnweb_runtime::{Caveat, SturdyRef};
    ///
    /// # fn example(reference: &SturdyRef) -> Result<(), capnweb_runtime::sturdy::NarrowError> {
    /// let invitation = reference
    ///     .narrow(Caveat::methods(["read", "list"]))?
    ///     .narrow(Caveat::expires_after(Duration::from_hours(24)))?;
    /// # Ok(()) }
    /// ```
    pub fn narrow(&self, caveat: Caveat) -> Result<Self, NarrowError> {
        if self.caveats.len() >= MAX_CAVEATS {
            return Err(NarrowError::TooManyCaveats(MAX_CAVEATS));
        }
        let caveat = caveat.write()?;
        let narrowed = self.with(caveat.into());
        if narrowed
            .caveats
            .last()
            .is_some_and(|caveat| caveat.len() > MAX_CAVEAT_BYTES)
            || narrowed.length() > MAX_BYTES
        {
            return Err(NarrowError::CaveatTooLong);
        }
        Ok(narrowed)
    }

    /// Returns the text: the secret itself.
    pub fn expose(&self) -> String {
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(self.bytes()))
    }

    /// Returns the name of the record behind it, which all that were narrowed from it share. It is no
    /// secret, and what logs and lists can name it by.
    pub fn record(&self) -> RecordId {
        chain::record_of(&self.identifier)
    }

    /// Returns when it ceases to work, as far as its own caveats say: the earliest of their ends.
    ///
    /// Whoever restores references for others can have what they hand out end then, and not only
    /// what they restored.
    pub fn expires_at(&self) -> Option<SystemTime> {
        let caveats = self
            .caveats
            .iter()
            .filter_map(|caveat| Written::read(caveat));
        let ends = caveats.filter_map(|caveat| match caveat {
            Written::Expires(at) => Some(Duration::from_millis(at)),
            _ => None,
        });
        SystemTime::UNIX_EPOCH.checked_add(ends.min()?)
    }

    fn with(&self, caveat: Box<[u8]>) -> Self {
        let mut narrowed = self.clone();
        narrowed.signature = chain::link(&self.signature, &caveat);
        narrowed.caveats.push(caveat);
        narrowed
    }

    /// Returns what bounds it, if the key has signed it and all of its caveats are known.
    pub(super) fn verify(&self, key: &RegistryKey) -> Result<Vec<Bound>, Refusal> {
        let record = self.record();
        let mut signature = key.sign(&self.identifier);
        let mut bounds = Some(Vec::with_capacity(self.caveats.len()));
        for caveat in &self.caveats {
            signature = chain::link(&signature, caveat);
            let counter = chain::counter_of(&signature);
            let bound = Written::read(caveat).map(|caveat| Bound {
                caveat,
                counter,
                record,
            });
            bounds = bounds.zip(bound).map(|(mut bounds, bound)| {
                bounds.push(bound);
                bounds
            });
        }
        if !chain::same(&signature, &self.signature) {
            return Err(Refusal::Forged);
        }
        bounds.ok_or(Refusal::UnknownCaveat)
    }

    fn length(&self) -> usize {
        let caveats = self
            .caveats
            .iter()
            .map(|caveat| caveat.len().saturating_add(2));
        caveats.fold(FIXED_BYTES, usize::saturating_add)
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.length());
        bytes.push(VERSION);
        bytes.extend(self.identifier);
        for caveat in &self.caveats {
            let length = u16::try_from(caveat.len()).unwrap_or(u16::MAX);
            bytes.extend(length.to_be_bytes());
            bytes.extend(&**caveat);
        }
        bytes.extend(self.signature);
        bytes
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (&version, bytes) = bytes.split_first()?;
        let (identifier, bytes) = bytes.split_first_chunk()?;
        let (mut rest, signature) = bytes.split_last_chunk()?;
        let mut caveats: Vec<Box<[u8]>> = Vec::new();
        while !rest.is_empty() {
            let (length, after) = rest.split_first_chunk()?;
            let length = usize::from(u16::from_be_bytes(*length));
            let (caveat, after) = after.split_at_checked(length)?;
            caveats.push(caveat.into());
            rest = after;
        }
        let fits = caveats.len() <= MAX_CAVEATS
            && caveats
                .iter()
                .all(|caveat| caveat.len() <= MAX_CAVEAT_BYTES);
        let is_one = version == VERSION && fits;
        is_one.then_some(Self {
            identifier: *identifier,
            caveats,
            signature: *signature,
        })
    }
}

impl FromStr for SturdyRef {
    type Err = InvalidReference;

    /// Reads the text of a reference. Whether it works is known to its registry only.
    fn from_str(text: &str) -> Result<Self, InvalidReference> {
        let encoded = text
            .strip_prefix(PREFIX)
            .ok_or(InvalidReference::NoReference)?;
        if encoded.len() > MAX_TEXT {
            return Err(InvalidReference::TooLong);
        }
        let bytes = URL_SAFE_NO_PAD.decode(encoded).ok();
        let read = bytes.as_deref().and_then(Self::read);
        read.ok_or(InvalidReference::Damaged)
    }
}

impl PartialEq for SturdyRef {
    fn eq(&self, other: &Self) -> bool {
        let signatures = chain::same(&self.signature, &other.signature);
        let identifiers = chain::same(&self.identifier, &other.identifier);
        signatures && identifiers && self.caveats == other.caveats
    }
}

impl Eq for SturdyRef {}

impl fmt::Debug for SturdyRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let record = self.record();
        let head = record.as_bytes().first_chunk::<8>();
        let head = Hex(head.map_or(&[], |head| head));
        write!(f, "SturdyRef({head}…, {} caveats)", self.caveats.len())
    }
}

/// As its text: the secret itself.
impl Serialize for SturdyRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.expose())
    }
}

impl<'de> Deserialize<'de> for SturdyRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// What every text begins with, so that those who look for leaked secrets find it.
pub(super) const PREFIX: &str = "cwref_";

/// The form of what follows.
const VERSION: u8 = 1;

/// A reference without caveats: the version, the identifier, the signature.
const FIXED_BYTES: usize = 1 + 32 + 32;

/// How many caveats a reference can have.
const MAX_CAVEATS: usize = 32;

/// How long each can be.
const MAX_CAVEAT_BYTES: usize = 1_024;

/// How long all of it can be: as text, and before it is made text.
const MAX_TEXT: usize = 4_096;
const MAX_BYTES: usize = MAX_TEXT / 4 * 3;
