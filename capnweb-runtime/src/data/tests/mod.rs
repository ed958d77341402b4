//! From data to values and back.
