//! The one task that moves a session's messages.

use std::sync::Arc;
use std::time::Duration;

use super::shared::Connection;
use crate::error::Disconnect;
use crate::transport::{FrameSink, FrameSource};

/// How long a peer that does not read may hold up the end of its session.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// Moves messages until the session ends, then closes the transport.
///
/// Reading and writing go on side by side: if either waited for the other, two peers with full
/// buffers would wait for each other for ever. Dropping the future ends the session.
pub(crate) async fn drive(
    connection: Arc<Connection>,
    mut source: impl FrameSource,
    mut sink: impl FrameSink,
) {
    let session = EndOnDrop(connection);
    let connection = &session.0;
    let ended = {
        let reading = std::pin::pin!(read(connection, &mut source));
        let mut writing = std::pin::pin!(write(connection, &mut sink));
        tokio::select! {
            () = &mut writing => true,
            () = reading => tokio::time::timeout(CLOSE_TIMEOUT, writing).await.is_ok(),
        }
    };
    let reason = connection.ended().unwrap_or(Disconnect::Shutdown);
    if ended {
        let goodbye = async {
            sink.close(&reason).await;
            // What the peer has sent meanwhile is read and ignored: a socket closed with unread
            // data in it is reset, and the peer might lose what it was told last.
            while source.receive().await.is_ok() {}
        };
        // A peer that does not read has had its time.
        drop(tokio::time::timeout(CLOSE_TIMEOUT, goodbye).await);
    }
}

async fn read(connection: &Connection, source: &mut impl FrameSource) {
    loop {
        match source.receive().await {
            Ok(text) => connection.handle_message(text.as_ref()),
            Err(reason) => connection.terminate(&reason),
        }
        if connection.ended().is_some() {
            return;
        }
    }
}

async fn write(connection: &Connection, sink: &mut impl FrameSink) {
    while let Some(frames) = connection.next_frames().await {
        if let Err(reason) = sink.send(frames).await {
            return connection.terminate(&reason);
        }
    }
}

struct EndOnDrop(Arc<Connection>);

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        self.0.terminate(&Disconnect::Shutdown);
    }
}
