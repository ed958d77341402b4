//! Reconnecting clients of servers that come and go at the test's word, while time stands still.

mod caught;
mod deriving;
mod ending;
#[cfg(shuttle)]
mod model;
mod retrying;
mod stage;
mod waiting;
