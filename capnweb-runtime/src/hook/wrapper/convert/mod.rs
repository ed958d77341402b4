//! Changing every capability in what passes: one walk for facets, which narrow them, and for
//! membranes, which wrap them.
//!
//! | file | what is walked |
//! |---|---|
//! | `conversion` | values, failures, results that are still to come |
//! | `readable` | the chunks that are read from a stream |
//! | `passing` | what is called, read and written through a wrapper, and what comes back of it |

mod conversion;
mod passing;
mod readable;

pub(super) use conversion::{Conversion, Untouched, converting, settle_converted};
pub(super) use passing::{Boundary, Passing};
pub(super) use readable::convert_readable;
