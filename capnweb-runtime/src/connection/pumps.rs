//! What moves by itself in a session: chunks from sources to pipes, and blobs that are received.

#[cfg(any(test, feature = "websocket"))]
use std::future::poll_fn;
use std::sync::Arc;

use tokio::runtime::Handle;

use super::shared::Connection;
use crate::error::{Disconnect, Error};
use crate::hook::{
    Account, Cap, Nature, Resolver, Room, Source, Stub, Value, Writer, collect, pump, taken_already,
};
#[cfg(any(test, feature = "websocket"))]
use crate::session::Frames;
use crate::value::{Blob, Bytes};

impl Connection {
    /// Writes the chunks of a source to a pipe of the peer's, until either or the session ends.
    pub(super) fn pump(&self, mut source: Box<dyn Source>, sink: Cap) {
        let writer = Writer::new(sink);
        let Some(runtime) = self.runtime() else {
            let error = Error::new("A stream was sent outside of a Tokio runtime.");
            source.cancel(error.clone());
            return drop(writer.abort(error));
        };
        let mut ended = self.subscribe();
        let over = Box::pin(async move {
            let reason = ended.wait_for(Option::is_some).await;
            let reason = reason.ok().and_then(|reason| reason.clone());
            Error::Disconnected(reason.unwrap_or(Disconnect::Shutdown))
        });
        drop(runtime.spawn(pump(source, writer, over, self.gauge().clone())));
    }

    /// Receives a blob, unless nobody wants it any more.
    pub(super) fn collect(
        &self,
        media_type: String,
        content: &Stub,
        result: Resolver,
        account: Arc<Account>,
    ) {
        let source = match content.nature() {
            Nature::Readable(readable) => readable.take(),
            Nature::Object | Nature::Writable(_) => None,
        };
        let (Some(source), Some(runtime)) = (source, self.runtime()) else {
            return result.settle(Err(taken_already()));
        };
        let call = result.describe();
        drop(runtime.spawn(async move {
            let collected = tokio::select! {
                collected = collect(source, account) => collected,
                () = call.cancelled() => Err(Error::new("Nobody wants the blob any more.")),
            };
            drop(call);
            result.settle(collected.map(|content| {
                let content = Value::Bytes(Bytes::from(content));
                Value::Blob(Box::new(Blob::new(media_type, content)))
            }));
        }));
    }

    /// Returns whether a stream has more to send than may be sent before something is acknowledged.
    #[cfg(feature = "websocket")]
    pub(crate) fn is_held_up(&self) -> bool {
        self.gauge().is_held_up()
    }

    /// Takes all that is to be sent to a peer which acknowledges nothing: streams go as far as they
    /// may without that (protocol T-27). Fails if that is more than so many bytes.
    ///
    /// Not cancel-safe: what was taken is lost.
    #[cfg(any(test, feature = "websocket"))]
    pub(crate) async fn take_all_frames(&self, limit: usize) -> Result<Frames, Disconnect> {
        let mut all = Frames::new();
        let (mut size, mut still) = (0_usize, false);
        loop {
            // Streams that wait for room go on.
            let frames = self.take_frames();
            size = frames
                .iter()
                .map(String::len)
                .fold(size, usize::saturating_add);
            if size > limit {
                return Err(Disconnect::OutgoingQueueFull { limit });
            }
            all.extend(frames);
            if still {
                return Ok(all);
            }
            still = tokio::select! {
                () = poll_fn(|context| self.poll_output(context)) => false,
                () = self.gauge().still() => true,
            };
        }
    }

    /// Returns the wait until little is queued for the peer, if there is much.
    pub(super) fn room(self: &Arc<Self>) -> Option<Room> {
        if self.has_room() {
            return None;
        }
        let connection = Arc::clone(self);
        Some(Box::pin(async move {
            loop {
                let written = connection.written();
                if connection.has_room() {
                    return;
                }
                written.await;
            }
        }))
    }

    fn runtime(&self) -> Option<Handle> {
        Handle::try_current().ok().or_else(|| self.home().cloned())
    }
}
