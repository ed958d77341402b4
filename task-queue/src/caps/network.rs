//! The outside world, by HTTP.

use std::collections::BTreeMap;

use capnweb_runtime::{Body, Bytes, ReadableStream, Result, capability};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::resource_error::ResourceError;

/// HTTP to the hosts on a list, and to no others.
#[capability]
#[attenuate(NetworkReader { fetch, read, download -> ReadableStream, get_stats, id, rate_limit })]
pub trait Network {
    /// Gets a page. Nobody waiting for it any more, the request is cut off.
    #[rpc(cancel = "drop")]
    async fn fetch(&self, url: String) -> Result<Fetched, ResourceError>;

    /// Posts data as JSON.
    #[rpc(cancel = "drop")]
    async fn post(&self, url: String, data: Value) -> Result<Fetched, ResourceError>;

    /// Makes a request of any method.
    #[rpc(cancel = "drop")]
    async fn request(&self, request: NetworkRequest) -> Result<NetworkAnswer, ResourceError>;

    /// Makes a request that changes nothing: a `GET` or a `HEAD`, with no body.
    #[rpc(cancel = "drop")]
    async fn read(&self, request: NetworkRequest) -> Result<NetworkAnswer, ResourceError>;

    /// Gets the body of an answer as it comes, however long; a status that is no success is an error.
    /// The request is one that changes nothing, as for `read`.
    #[rpc(cancel = "drop")]
    async fn download(
        &self,
        request: NetworkRequest,
    ) -> Result<ReadableStream<Bytes>, ResourceError>;

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

/// A request.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NetworkRequest {
    /// Where to.
    pub url: String,
    /// `GET` (also if nothing is said), `HEAD`, `POST`, `PUT`, `PATCH`, `DELETE` or `OPTIONS`.
    pub method: Option<String>,
    /// Header fields. `Host`, `Content-Length` and the like are not for the asker to set.
    pub headers: BTreeMap<String, String>,
    /// What is sent: a text, bytes or a stream of bytes.
    pub body: Body,
    /// Whether the body of the answer comes as bytes, and not as a text.
    pub binary: bool,
}

/// What a server answered to a request.
#[derive(Debug, Serialize, Deserialize)]
pub struct NetworkAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The URL that answered, after redirects.
    pub url: String,
    /// The header fields, by names in lower case; those that came more than once with `, ` between.
    pub headers: BTreeMap<String, String>,
    /// The body: a text, or bytes if they were asked for.
    pub body: Body,
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
