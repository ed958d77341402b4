//! Where a server listens, and that an open one listens to this machine only.

use std::net::SocketAddr;

use tokio::net::{TcpListener, lookup_host};

use crate::cli::args::Door;
use crate::cli::error::RunError;

/// Listens at `HOST:PORT`. With the door open, that must be an address of this machine alone.
pub(super) async fn listen(place: &str, door: Door) -> Result<TcpListener, RunError> {
    let cannot = |source| RunError::Listen {
        place: place.to_owned(),
        source,
    };
    let addresses: Vec<SocketAddr> = lookup_host(place).await.map_err(cannot)?.collect();
    if door == Door::Open && !addresses.iter().all(|address| address.ip().is_loopback()) {
        return Err(RunError::OpenToOthers(place.to_owned()));
    }
    TcpListener::bind(addresses.as_slice())
        .await
        .map_err(cannot)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_open_door_is_for_this_machine_only() {
        for place in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
            let refused = listen(place, Door::Open).await;
            assert!(matches!(refused, Err(RunError::OpenToOthers(_))), "{place}");
        }
        assert!(listen("127.0.0.1:0", Door::Open).await.is_ok());
        assert!(listen("0.0.0.0:0", Door::Gate).await.is_ok());
    }

    #[tokio::test]
    async fn a_place_that_is_none_is_named() {
        let error = listen("8080", Door::Gate).await.unwrap_err();
        assert!(error.to_string().contains("8080"), "{error}");
    }
}
