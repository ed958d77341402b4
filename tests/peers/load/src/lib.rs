//! What every client of a comparison has: a plan, timed windows, the cost to both sides, one line of
//! JSON at the end.

mod options;
mod patterns;
mod proc;
mod report;

pub use options::{Options, Plan, announce, listening, runtime};
pub use patterns::{repeated, sequential, timed, windowed};
pub use proc::{Usage, cpu_nanoseconds, forget_peak, peak_kib, resident_bytes};
pub use report::{Latencies, Report};
