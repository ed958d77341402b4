//! Streams within a process.
