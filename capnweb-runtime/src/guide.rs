//! Guides: for those who know Rust, for those who know the JavaScript library, for those who choose,
//! for those who want numbers, for those who hand out authority, and, with the feature `sturdy`, for those
//! whose references are to outlive connections.

#[doc = include_str!("../docs/links.txt")]
#[doc = include_str!("../docs/guide-rust.md")]
pub mod rust {}

#[doc = include_str!("../docs/links.txt")]
#[doc = include_str!("../docs/guide-javascript.md")]
pub mod javascript {}

#[doc = include_str!("../docs/links.txt")]
#[doc = include_str!("../docs/authority.md")]
pub mod authority {}

#[doc = include_str!("../docs/comparison.md")]
pub mod comparison {}

#[doc = include_str!("../docs/performance.md")]
pub mod performance {}

#[doc = include_str!("../docs/links.txt")]
#[doc = include_str!("../docs/cookbook.md")]
pub mod cookbook {}

#[doc = include_str!("../docs/links.txt")]
#[doc = include_str!("../docs/threats.md")]
pub mod threats {}

#[doc = include_str!("../docs/litmus.md")]
pub mod litmus {}

#[cfg(feature = "sturdy")]
#[doc = include_str!("../docs/links.txt")]
#[doc = include_str!("../docs/links-sturdy.txt")]
#[doc = include_str!("../docs/sturdy.md")]
pub mod sturdy {}
