//! Ending a session whatever happens.

use std::ops::Deref;
use std::sync::Arc;

use super::shared::Connection;
use crate::error::Disconnect;

/// A session that ends when this is dropped, if it has not ended by then.
pub(crate) struct Ending {
    connection: Arc<Connection>,
    reason: Disconnect,
}

impl Ending {
    pub(crate) const fn new(connection: Arc<Connection>, reason: Disconnect) -> Self {
        Self { connection, reason }
    }
}

impl Deref for Ending {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.connection.terminate(&self.reason);
    }
}
