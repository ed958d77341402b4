//! The shared network as a capability.

use std::sync::Arc;

use capnweb_runtime::{Capability as _, Result};
use serde_json::Value;

use super::care::Care;
use super::hub::Hub;
use super::refusal::resource;
use crate::caps::{Fetched, Network, NetworkReaderStub, NetworkStats, NetworkStub, ResourceError};
use crate::model::Access;
use crate::resources::network::{NetworkClient, Response};

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

fn fetched(response: Response) -> Fetched {
    Fetched {
        status: response.status,
        url: response.url,
        body: response.body,
    }
}
