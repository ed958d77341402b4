//! Tests of whole expansions.

mod attenuations;
mod expansions;
mod golden;
mod mistakes;
