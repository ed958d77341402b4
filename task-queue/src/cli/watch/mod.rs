//! Watching a task from the command line.

mod bar;
mod follow;
mod view;

pub(super) use follow::{follow, watch};
