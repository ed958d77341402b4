//! What a reference is bounded by: facts that only ever take authority away.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::error::NarrowError;
use super::hex;
use super::record::{CounterId, millis};

/// A bound on a sturdy reference. Any holder can add one; nobody can take one away.
///
/// Each only narrows, so that several together allow what every one of them allows. A registry
/// refuses a reference with a caveat that it does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Caveat {
    /// It works until then, by the clock of the registry: it is not restored later, and a stub that
    /// was restored before starts no call later. Times are kept to the millisecond.
    Expires(SystemTime),
    /// These members alone exist for whoever restores it, by their names on the wire: `getInfo`, where
    /// Rust says `get_info`. A registry seals no reference with a name that no member has; whoever
    /// narrows one offline has nobody to tell them, and narrows it to nothing. The bound is on the
    /// capability itself, and not on what its methods return: for that there are facets.
    Methods(Vec<String>),
    /// It is restored once, by whoever comes first. All copies of the reference that has this
    /// caveat share it, also after a restart; one that is added to the same reference again is
    /// another.
    OneShot,
    /// So many calls, reads and steps of a `map` are let through, over all stubs that are ever
    /// restored from it together. Shared like [`OneShot`](Self::OneShot).
    ///
    /// What is let through is stored before. Counts of more than 16 are stored in blocks of a
    /// sixteenth, 64 at most, of which a crash may lose one: it is never more calls than so many.
    Calls(u64),
}

impl Caveat {
    /// Bounds to the time before `at`; see [`Expires`](Self::Expires).
    pub const fn expires_at(at: SystemTime) -> Self {
        Self::Expires(at)
    }

    /// Bounds to so long from now; see [`Expires`](Self::Expires).
    pub fn expires_after(after: Duration) -> Self {
        let now = SystemTime::now();
        Self::Expires(now.checked_add(after).unwrap_or(now))
    }

    /// Bounds to these members; see [`Methods`](Self::Methods).
    pub fn methods<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self::Methods(names.into_iter().map(Into::into).collect())
    }

    /// Bounds to being restored once; see [`OneShot`](Self::OneShot).
    pub const fn one_shot() -> Self {
        Self::OneShot
    }

    /// Bounds to so many calls; see [`Calls`](Self::Calls).
    pub const fn calls(limit: u64) -> Self {
        Self::Calls(limit)
    }

    /// Returns a name that it goes by and that no member of an interface has.
    pub(super) fn unknown_name(&self, members: &[&str]) -> Option<&str> {
        let Self::Methods(names) = self else {
            return None;
        };
        let mut names = names.iter().map(String::as_str);
        names.find(|name| !members.contains(name))
    }

    /// Returns what is signed.
    pub(super) fn write(self) -> Result<Vec<u8>, NarrowError> {
        let written = match self {
            Self::Expires(at) => Written::Expires(millis(at)),
            Self::Methods(names) => Written::Methods(names),
            Self::OneShot => Written::OneShot(nonce()?),
            Self::Calls(limit) => Written::Calls {
                limit,
                nonce: nonce()?,
            },
        };
        serde_json::to_vec(&written).map_err(|_| NarrowError::CaveatTooLong)
    }
}

/// A caveat as it stands in a reference, in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) enum Written {
    Expires(u64),
    Methods(Vec<String>),
    /// With something that tells it from others of its kind.
    OneShot(String),
    Calls {
        limit: u64,
        nonce: String,
    },
}

impl Written {
    /// Reads a caveat; `None` if it is not known here.
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        serde_json::from_slice(text).ok()
    }
}

/// A caveat, and the name of what it counts.
///
/// What a derived reference inherits. It is kept as it is; there is nothing to be done with it
/// outside of a registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    pub(super) caveat: Written,
    pub(super) counter: CounterId,
    /// The record under which it is counted: that of the reference that had the caveat.
    pub(super) record: super::record::RecordId,
}

impl Bound {
    /// Returns when it ends, if it is about time.
    pub(super) const fn expires(&self) -> Option<u64> {
        match self.caveat {
            Written::Expires(at) => Some(at),
            _ => None,
        }
    }
}

fn nonce() -> Result<String, NarrowError> {
    let mut bytes = [0; 12];
    getrandom::fill(&mut bytes).map_err(|_| NarrowError::NoRandomness)?;
    Ok(hex::encode(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_written_as_documented() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_millis(1500);
        let text = |caveat: Caveat| String::from_utf8(caveat.write().unwrap()).unwrap();
        assert_eq!(text(Caveat::expires_at(at)), r#"{"expires":1500}"#);
        assert_eq!(
            text(Caveat::methods(["a", "b"])),
            r#"{"methods":["a","b"]}"#
        );
        assert!(text(Caveat::one_shot()).starts_with(r#"{"oneShot":""#));
        assert!(text(Caveat::calls(5)).starts_with(r#"{"calls":{"limit":5,"nonce":""#));
    }

    /// The fault: what is not understood would be taken for no bound.
    #[test]
    fn what_is_not_known_is_not_read() {
        for text in [
            r"{}",
            r#"{"expires":"soon"}"#,
            r#"{"expires":-1}"#,
            r#"{"ip":"127.0.0.1"}"#,
            r#"{"expires":1,"methods":[]}"#,
            r#"{"expires":1,"expires":2}"#,
            r#"{"calls":{"limit":5,"nonce":"x","also":1}}"#,
            r#"{"calls":{"limit":5}}"#,
            r#""oneShot""#,
            r#"{"expires":1} "x""#,
            "",
        ] {
            assert_eq!(Written::read(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn two_that_count_are_two() {
        let one = Caveat::one_shot().write().unwrap();
        assert_ne!(one, Caveat::one_shot().write().unwrap());
    }
}
