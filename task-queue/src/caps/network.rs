//! The outside world, by HTTP.

use capnweb_runtime::{Result, capability};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::resource_error::ResourceError;

/// HTTP to the hosts on a list, and to no others.
#[capability]
#[attenuate(NetworkReader { fetch, get_stats, id, rate_limit })]
pub trait Network {
    /// Gets a page. Nobody waiting for it any more, the request is cut off.
    #[rpc(cancel = "drop")]
    async fn fetch(&self, url: String) -> Result<Fetched, ResourceError>;

    /// Posts data as JSON.
    #[rpc(cancel = "drop")]
    async fn post(&self, url: String, data: Value) -> Result<Fetched, ResourceError>;

    /// Returns how much was asked for.
    async fn get_stats(&self) -> Result<NetworkStats, ResourceError>;

    /// The network's name.
    #[property]
    fn id(&self) -> String;

    /// How many requests a minute are allowed.
    #[property]
    fn rate_limit(&self) -> u64;
}

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetched {
    /// The HTTP status.
    pub status: u16,
    /// The URL that answered, after redirects.
    pub url: String,
    /// The body, as text.
    pub body: String,
}

/// How much was asked of a network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkStats {
    /// The network's name.
    pub id: String,
    /// Requests so far.
    pub request_count: u64,
    /// Requests allowed in a minute.
    pub rate_limit: u64,
}
