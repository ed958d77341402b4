//! The in-process transport.

use std::collections::VecDeque;

use tokio::sync::mpsc;

use super::duplex::{FrameSink, FrameSource};
use crate::error::Disconnect;

/// How many messages may lie between the two ends.
const CAPACITY: usize = 64;

/// One direction's receiving end.
pub(crate) struct MemorySource(mpsc::Receiver<String>);

/// One direction's sending end.
pub(crate) struct MemorySink(Option<mpsc::Sender<String>>);

/// Creates two connected ends.
pub(crate) fn memory_pair() -> ((MemorySource, MemorySink), (MemorySource, MemorySink)) {
    let (to_right, from_left) = mpsc::channel(CAPACITY);
    let (to_left, from_right) = mpsc::channel(CAPACITY);
    let left = (MemorySource(from_right), MemorySink(Some(to_right)));
    let right = (MemorySource(from_left), MemorySink(Some(to_left)));
    (left, right)
}

impl FrameSource for MemorySource {
    type Frame = String;

    async fn receive(&mut self) -> Result<String, Disconnect> {
        self.0.recv().await.ok_or(Disconnect::PeerGone)
    }
}

impl FrameSink for MemorySink {
    async fn send(&mut self, frames: VecDeque<String>) -> Result<(), Disconnect> {
        let Some(sender) = &self.0 else {
            return Err(Disconnect::PeerGone);
        };
        for frame in frames {
            sender.send(frame).await.map_err(|_| Disconnect::PeerGone)?;
        }
        Ok(())
    }

    async fn ping(&mut self) -> Result<(), Disconnect> {
        Ok(())
    }

    async fn close(&mut self, _: &Disconnect) {
        drop(self.0.take());
    }
}
