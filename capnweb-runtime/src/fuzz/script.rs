//! Bytes to a script.

use super::choices::Choices;
use super::session::{hostile, network};

/// Plays a script against one session with a hostile peer, or against several that are connected.
///
/// # Panics
///
/// When something goes wrong: a panic, a table beyond its limit, calls out of order, a promise that
/// does not settle, or something that is left over.
pub fn session(script: &[u8]) {
    let mut choices = Choices::new(script);
    match choices.below(2) {
        0 => hostile(&mut choices),
        _ => network(&mut choices),
    }
}
