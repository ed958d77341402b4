//! Storage, on every backend and on each for itself.

mod directory;
mod hostile;
mod laws;
mod prefixes;
mod streams;
