//! Where a server listens, and that an open one listens to this machine only.

use std::net::SocketAddr;

use tokio::net::{TcpListener, lookup_host};
use url::{Host, Url};

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

/// Returns whether a web page comes from this machine, by its origin.
pub(super) fn is_local(origin: &str) -> bool {
    let url = Url::parse(origin).ok();
    url.as_ref()
        .and_then(Url::host)
        .is_some_and(|host| match host {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Any page that a developer happens to look at could give orders to the supervisor.
    #[test]
    fn pages_from_elsewhere_are_not_local() {
        for origin in [
            "http://localhost:3000",
            "http://127.0.0.1:8080",
            "https://[::1]",
        ] {
            assert!(is_local(origin), "{origin}");
        }
        for origin in [
            "https://evil.example",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "http://192.168.0.1",
            "null",
            "",
            "file:///localhost",
        ] {
            assert!(!is_local(origin), "{origin}");
        }
    }

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
