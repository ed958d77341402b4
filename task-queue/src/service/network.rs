//! The shared network as a capability.

use std::collections::BTreeMap;
use std::sync::Arc;

use capnweb_runtime::{Body, Bytes, Capability as _, ReadableStream, Result};
use futures_util::TryStreamExt as _;
use serde_json::Value;

use super::care::Care;
use super::hub::Hub;
use super::refusal::resource;
use crate::caps::{
    Fetched, Network, NetworkAnswer, NetworkReaderStub, NetworkRequest, NetworkStats, NetworkStub,
    ResourceError,
};
use crate::model::Access;
use crate::resources::network::{NetworkClient, Request, Response};

struct ServedNetwork(NetworkClient);

/// Makes a reference to the shared network. One that may only read can fetch and not post, whatever
/// its type says.
pub(super) fn network(hub: &Arc<Hub>, access: Access, care: &Care) -> NetworkStub {
    let network = NetworkStub::new(ServedNetwork(hub.network.clone()));
    care.take(&match access {
        Access::Full => network,
        Access::Append | Access::ReadOnly | Access::None => {
            let reader: NetworkReaderStub = network.attenuate();
            reader.as_stub().cast()
        }
    })
}

impl Network for ServedNetwork {
    async fn fetch(&self, url: String) -> Result<Fetched, ResourceError> {
        self.0.fetch(&url).await.map(fetched).map_err(resource)
    }

    async fn post(&self, url: String, data: Value) -> Result<Fetched, ResourceError> {
        self.0
            .post(&url, &data)
            .await
            .map(fetched)
            .map_err(resource)
    }

    async fn request(&self, request: NetworkRequest) -> Result<NetworkAnswer, ResourceError> {
        let binary = request.binary;
        let request = self.outgoing(request).await?;
        let response = self.0.request(request).await.map_err(resource)?;
        Ok(answered(response, binary))
    }

    async fn read(&self, request: NetworkRequest) -> Result<NetworkAnswer, ResourceError> {
        let binary = request.binary;
        let request = reading(self.outgoing(request).await?)?;
        let response = self.0.request(request).await.map_err(resource)?;
        Ok(answered(response, binary))
    }

    async fn download(
        &self,
        request: NetworkRequest,
    ) -> Result<ReadableStream<Bytes>, ResourceError> {
        let request = reading(self.outgoing(request).await?)?;
        let download = self.0.download(request).await.map_err(resource)?;
        let chunks = download.chunks.map_ok(Bytes::new).map_err(resource);
        Ok(ReadableStream::new(chunks))
    }

    async fn get_stats(&self) -> Result<NetworkStats, ResourceError> {
        let stats = self.0.stats();
        Ok(NetworkStats {
            id: self.id(),
            request_count: stats.request_count,
            rate_limit: stats.rate_limit.into(),
        })
    }

    fn id(&self) -> String {
        "shared-network".to_owned()
    }

    fn rate_limit(&self) -> u64 {
        self.0.stats().rate_limit.into()
    }
}

impl ServedNetwork {
    /// Waits for what is to be sent, if that is a stream, as much as may be sent.
    async fn outgoing(&self, request: NetworkRequest) -> Result<Request, ResourceError> {
        let body = request.body.collect(self.0.request_bytes()).await;
        let invalid = |error: capnweb_runtime::Error| ResourceError::Invalid {
            detail: error.to_string(),
        };
        Ok(Request {
            method: request.method.unwrap_or_default(),
            url: request.url,
            headers: request.headers.into_iter().collect(),
            body: body.map_err(invalid)?,
        })
    }
}

/// Whatever reference it is asked through: what reads does not write.
fn reading(request: Request) -> Result<Request, ResourceError> {
    if request.only_reads() {
        return Ok(request);
    }
    Err(ResourceError::Denied {
        detail: "permission denied: to read is to `GET` or to `HEAD`, and to send nothing"
            .to_owned(),
    })
}

fn fetched(response: Response) -> Fetched {
    Fetched {
        status: response.status,
        body: response.text(),
        url: response.url,
    }
}

fn answered(response: Response, binary: bool) -> NetworkAnswer {
    let body = if binary {
        Body::Bytes(Bytes::new(response.body.clone()))
    } else {
        Body::Text(response.text())
    };
    NetworkAnswer {
        status: response.status,
        url: response.url,
        headers: joined(response.headers),
        body,
    }
}

fn joined(fields: Vec<(String, String)>) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::<String, String>::new();
    for (name, value) in fields {
        headers
            .entry(name)
            .and_modify(|values| {
                values.push_str(", ");
                values.push_str(&value);
            })
            .or_insert(value);
    }
    headers
}
