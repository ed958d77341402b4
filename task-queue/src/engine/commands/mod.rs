//! One file for each command: what it carries, what it checks, what it does.

mod cancel;
mod complete;
mod disband;
mod due;
mod fail;
mod give_back;
mod join;
mod lose;
mod pools;
mod reap;
mod register;
mod report;
mod retry;
mod revoke;
mod schedules;
mod start;
mod submit;

pub use cancel::Cancel;
pub use complete::Complete;
pub use disband::Disband;
pub(super) use due::timed_out;
pub use fail::Fail;
pub use give_back::GiveBack;
pub use join::{Disconnect, Drain, Join, Leave, Renew, Resume, Stopped};
pub use lose::Lose;
pub use pools::{ForgetPool, SetFlow, SetLimits};
pub use reap::Reap;
pub use register::Register;
pub use report::{AddLog, Emit, SaveCheckpoint, SetProgress};
pub use retry::Retry;
pub use revoke::Revoke;
pub use schedules::{CreateSchedule, DeleteSchedule, SetScheduleFlow};
pub use start::Start;
pub use submit::{Submit, SubmitMany};
