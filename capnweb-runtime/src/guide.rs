//! Guides: for those who know Rust, for those who know the JavaScript library, and for those who
//! choose.

#[doc = include_str!("../docs/links.txt")]
#[doc = include_str!("../docs/guide-rust.md")]
pub mod rust {}

#[doc = include_str!("../docs/links.txt")]
#[doc = include_str!("../docs/guide-javascript.md")]
pub mod javascript {}

#[doc = include_str!("../docs/comparison.md")]
pub mod comparison {}
