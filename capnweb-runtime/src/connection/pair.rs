//! Two connected sessions in this process.

use std::sync::Arc;

use super::driver::drive;
use super::shared::Connection;
use crate::config::SessionConfig;
use crate::hook::{Cap, Peer};
use crate::transport::memory_pair;

/// Two connected sessions.
pub(crate) struct Pair {
    pub(crate) client: Arc<Connection>,
    #[cfg(test)]
    pub(crate) server: Arc<Connection>,
    /// The server's main object, as the client sees it.
    pub(crate) server_main: Cap,
}

/// Connects two main objects. Letting go of `server_main` ends both sessions; the server holds on
/// to the client's main object as long as its session lasts.
pub(crate) fn pair(client: Cap, server: Cap, config: &SessionConfig) -> Pair {
    let (client_end, server_end) = memory_pair();
    let (client, server_main) = Connection::new(client, Peer::default(), config);
    let (server, client_main) = Connection::new(server, Peer::default(), config);
    drop(tokio::spawn(drive(Arc::clone(&client), client_end, None)));
    let serving = Arc::clone(&server);
    drop(tokio::spawn(async move {
        drive(serving, server_end, None).await;
        drop(client_main);
    }));
    Pair {
        client,
        #[cfg(test)]
        server,
        server_main,
    }
}
