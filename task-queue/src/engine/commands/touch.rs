//! Storing something that is stored already, which shows whether anything can be.

use crate::engine::turn::Turn;
use crate::model::Setting;

/// Have what the queue is set to stored once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touch;

impl Touch {
    pub(in crate::engine) fn apply(turn: &mut Turn<'_>) {
        let queue = turn.state.queue_settings().clone();
        turn.state.put_setting(Setting::Queue(queue));
    }
}
