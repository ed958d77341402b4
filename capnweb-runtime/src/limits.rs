//! What a peer may make a session spend.

use std::time::Duration;

/// What one peer may make its session spend; a breach costs no more than that session.
///
/// The first three are the protocol's own, with the same defaults as the JavaScript
/// implementation; the others bound what the protocol leaves open.
///
#[doc = include_str!("../docs/limits.md")]
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(
    clippy::struct_field_names,
    reason = "the protocol's own limits have these names"
)]
#[non_exhaustive]
pub struct Limits {
    /// Levels of nesting in one received value. Default 256.
    pub max_depth: usize,
    /// Characters in a received bigint, its sign included. Default 16,384.
    pub max_bigint_digits: usize,
    /// UTF-16 code units in one received message. Default 33,554,432.
    pub max_message_size: usize,
    /// Levels of JSON nesting in one received message, at least 520. Default 1,024.
    pub max_json_depth: usize,
    /// Values in one received message, every element, member, array and object for one. Default
    /// 2,000,000, which is more numbers of full precision than `max_message_size` lets in.
    ///
    /// It is this that bounds how long one message can occupy the processor: small values take much
    /// more time and room for each byte of text than large ones.
    pub max_values: usize,
    /// Bytes in one received WebSocket message, checked before it is read as text. Default
    /// 100,663,296: three times `max_message_size`.
    pub max_frame_bytes: usize,
    /// Entries in the table of what the peer may refer to. Default 100,000.
    pub max_exports: usize,
    /// Entries in the table of what the peer has given us. Default 100,000.
    pub max_imports: usize,
    /// Calls from the peer that have started and not settled. Further calls are rejected, the
    /// session goes on. Default 10,000.
    pub max_calls_in_flight: usize,
    /// Instructions that one `map` of the peer's may execute here, over all elements and all that is
    /// nested in it; an instruction that copies data counts once more for every 4 KiB of it. Past it
    /// the map is rejected with a `RangeError`, what it has started is not undone, and the session
    /// goes on. The calls it makes count as calls in flight, and what it keeps as retained bytes.
    /// Default 1,000,000.
    pub max_map_steps: usize,
    /// How long a method may take, from the moment it is called; none by default. Past it the call
    /// fails with [`Error::TimedOut`](crate::Error::TimedOut), and
    /// [`Call::cancelled`](crate::Call::cancelled) is ready. A method that is declared
    /// `#[rpc(cancel = "drop")]`, or still waits for promises among its arguments, is dropped; any
    /// other runs on, heeded by nobody, and counts as a call in flight until it ends. Needs a Tokio
    /// runtime whose time is enabled.
    pub max_handler_time: Option<Duration>,
    /// Bytes of messages and results that are kept because the peer has not let go of them, or their
    /// calls have not settled. A result past it is a failure instead, a message past it ends the
    /// session. Default 268,435,456.
    pub max_retained_bytes: usize,
    /// Errors inside one another, as causes or other properties, in one message to the peer: deeper
    /// ones are left out. Default 16.
    ///
    /// It is the peer that this protects: the JavaScript implementation spends time on such a chain
    /// that doubles with each error in it.
    pub max_error_depth: usize,
    /// Bytes waiting to be written to a peer that does not read. Default 67,108,864.
    pub max_outgoing_bytes: usize,
    /// Streams that the peer writes to and that have not ended, and as many that are written to it.
    /// One more from the peer ends the session; one more to the peer fails the call or the result
    /// that it is in. Default 1,000.
    pub max_streams: usize,
    /// Streams inside the chunks of streams, level by level, that the peer may send: a stream in a
    /// chunk is one level, a stream in a chunk of that is two. One deeper ends the session. Default 64.
    ///
    /// It is this that ends a stream which leads to itself, and would go to and fro for ever.
    pub max_stream_depth: usize,
    /// Bytes of chunks that the peer has written to streams and nobody has asked for. A peer that
    /// heeds flow control has 262,144 under way per stream to begin with, more on fast and long
    /// connections; one that sends more than this ends the session. Default 67,108,864.
    pub max_unread_bytes: usize,
    /// Bytes of blobs that are being received, all together. A blob past it is refused: the call or
    /// the result that it is in fails. Default 268,435,456.
    pub max_blob_bytes: usize,
}

impl Limits {
    /// Returns lower limits, for servers that face strangers: enough for an interface that passes
    /// small data and few objects, and a fraction of what one peer can cost otherwise.
    ///
    /// A server that does so will also want
    /// [`redact::unless_public`](crate::redact::unless_public).
    pub fn for_strangers() -> Self {
        Self {
            max_depth: 64,
            max_bigint_digits: 1024,
            max_message_size: 256 * 1024,
            max_values: 10_000,
            max_frame_bytes: 768 * 1024,
            max_exports: 1000,
            max_imports: 1000,
            max_calls_in_flight: 100,
            max_map_steps: 10_000,
            max_handler_time: Some(Duration::from_secs(30)),
            max_retained_bytes: 8 * 1024 * 1024,
            max_outgoing_bytes: 4 * 1024 * 1024,
            max_streams: 50,
            max_stream_depth: 8,
            max_unread_bytes: 8 * 1024 * 1024,
            max_blob_bytes: 8 * 1024 * 1024,
            ..Self::default()
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_depth: 256,
            max_bigint_digits: 16_384,
            max_message_size: 32 * 1024 * 1024,
            max_json_depth: 1024,
            max_values: 2_000_000,
            max_frame_bytes: 96 * 1024 * 1024,
            max_exports: 100_000,
            max_imports: 100_000,
            max_calls_in_flight: 10_000,
            max_map_steps: 1_000_000,
            max_handler_time: None,
            max_retained_bytes: 256 * 1024 * 1024,
            max_error_depth: 16,
            max_outgoing_bytes: 64 * 1024 * 1024,
            max_streams: 1000,
            max_stream_depth: 64,
            max_unread_bytes: 64 * 1024 * 1024,
            max_blob_bytes: 256 * 1024 * 1024,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Limits;

    /// Field by field, as text.
    fn fields(limits: &Limits) -> BTreeMap<String, String> {
        let text = format!("{limits:?}");
        let inside = text.trim_start_matches("Limits { ").trim_end_matches(" }");
        let field = |field: &str| {
            let (name, value) = field.split_once(": ").expect("a field and its value");
            (name.to_owned(), value.to_owned())
        };
        inside.split(", ").map(field).collect()
    }

    /// The rows of the first table, whose first cells are fields.
    fn rows() -> BTreeMap<String, [String; 2]> {
        let page = include_str!("../docs/limits.md").lines();
        let rows = page.skip_while(|line| !line.starts_with("| `"));
        let rows = rows.take_while(|line| line.starts_with('|'));
        rows.map(|row| {
            let cells: Vec<_> = row.split('|').map(str::trim).collect();
            let [_, name, default, strangers, counts, past, _] = cells[..] else {
                panic!("five cells: {row}");
            };
            assert!(!counts.is_empty() && !past.is_empty(), "{row}");
            let name = name.trim_matches('`').to_owned();
            let strangers = if strangers.is_empty() {
                default
            } else {
                strangers
            };
            (name, [default.to_owned(), strangers.to_owned()])
        })
        .collect()
    }

    /// The fault: a limit that nobody is told of, or another number than the documented one.
    #[test]
    fn the_documentation_lists_every_limit_with_its_default() {
        let (default, strangers) = (fields(&Limits::default()), fields(&Limits::for_strangers()));
        let actual: BTreeMap<_, _> = default
            .into_iter()
            .map(|(name, value)| {
                let strangers = strangers[&name].clone();
                (name, [value, strangers])
            })
            .collect();
        assert_eq!(rows(), actual);
    }

    #[test]
    fn strangers_get_less_of_everything_that_they_get_less_of() {
        let (default, strangers) = (fields(&Limits::default()), fields(&Limits::for_strangers()));
        for (name, value) in default {
            let less = strangers[&name]
                .parse::<u64>()
                .ok()
                .zip(value.parse::<u64>().ok());
            assert!(less.is_none_or(|(less, value)| less <= value), "{name}");
        }
    }
}
