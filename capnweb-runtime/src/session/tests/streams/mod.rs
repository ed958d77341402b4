//! Streams: the transcripts from both sides, sessions back to back, limits, hostile peers.

mod called;
mod hostile;
mod limits;
mod pairs;
mod served;
mod theatre;

pub(super) use theatre::Theatre;
