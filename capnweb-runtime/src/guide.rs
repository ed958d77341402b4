//! Guides: for those who know Rust, for those who know the JavaScript library, for those who hand out
//! authority, for those who choose, and for those who want numbers.

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
