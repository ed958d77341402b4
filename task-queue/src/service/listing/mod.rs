//! Tasks in lists.

mod page;

#[cfg(test)]
mod tests;

pub(super) use page::{Wanted, all, page};
