//! How much the chunks of a stream may pass through.

use super::nature::Nature;
use crate::error::Error;
use crate::hook::Stub;

/// Returns how many layers there are, once there is one more around a stream.
///
/// # Errors
///
/// When they are too many: a peer can have what it was given wrapped again and again.
pub(in crate::hook) fn layers_around(stream: &Stub) -> Result<usize, Error> {
    let inside = match stream.cap().nature() {
        Nature::Readable(readable) => readable.layers(),
        Nature::Object | Nature::Writable(_) => 0,
    };
    let layers = inside.saturating_add(1);
    if layers > MAX_LAYERS {
        let text = "The stream is wrapped too many times.";
        return Err(Error::range_error(text).public());
    }
    Ok(layers)
}

/// How many facets, guards and the like the chunks of a stream may pass through.
const MAX_LAYERS: usize = 64;
