//! Tests of whole expansions.

mod expansions;
mod golden;
