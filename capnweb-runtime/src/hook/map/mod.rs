//! `map`: a closure recorded once, and replayed for each element where the data is (protocol
//! section 5).
//!
//! `record` runs the closure with a `placeholder` and writes down what it does, `express` what it
//! passes and returns; `mapper` is the outcome, and what travels; `replay` executes it, in the
//! `scope` of its own ids, with `variable`s for what it comes across and a `spare` promise for
//! its calls, within the `allowance` of the peer that asked for it; `slices` keeps a long one from
//! holding up its thread.

mod allowance;
mod express;
mod mapper;
mod placeholder;
mod record;
mod replay;
mod scope;
mod slices;
mod spare;
mod variable;

pub(crate) use allowance::Allowance;
pub(crate) use mapper::{Condition, Mapper};
pub(crate) use placeholder::Mark;
pub(crate) use record::record_map;
pub(super) use record::{record_call, record_read};
