//! What the holders of references, and those who guess at them, can make a registry spend.

/// The limits of a [`Registry`](super::Registry).
///
/// ```
/// let mut limits = capnweb_runtime::SturdyLimits::default();
/// limits.max_records = 1_000;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[allow(
    clippy::struct_field_names,
    reason = "they are limits, like those of sessions"
)]
pub struct SturdyLimits {
    /// How many records the store may have, those of revoked references included until they are
    /// [purged](super::Registry::purge). One more is not sealed: `TooManyRecords`.
    pub max_records: usize,
    /// How many live capabilities the registry holds. One more is not sealed: `TooManyLive`.
    pub max_live: usize,
    /// How long the kind and the key of a reference that a maker restores may be together, in bytes.
    /// A longer one is not sealed: `KeyTooLong`.
    pub max_key_bytes: usize,
    /// In how many steps references may be derived from one another. Beyond, `TooDeep`.
    pub max_depth: usize,
    /// How many one-shots and counts of calls there may be under one record. Any holder can add such
    /// caveats without the registry; a copy whose caveat is the first beyond the limit is not
    /// restored, others are as before. Each takes about 100 bytes.
    pub max_counters: usize,
    /// How many references that do not work a session may present within a minute. After that, none
    /// is looked at until a minute has passed, in that session: `TOO_MANY_ATTEMPTS`. Of those that are
    /// presented at once, as many are looked up at a time, and the others wait for what comes of them.
    pub max_failed_restores: u32,
}

impl Default for SturdyLimits {
    fn default() -> Self {
        Self {
            max_records: 100_000,
            max_live: 10_000,
            max_key_bytes: 1_024,
            max_depth: 16,
            max_counters: 1_000,
            max_failed_restores: 10,
        }
    }
}
