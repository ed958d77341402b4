//! From the settings of a server to those of its queue.

use capnweb_runtime::Error;

use super::serve::ServeSettings;
use super::word::Text;
use crate::model::RetryPolicies;
use crate::resources::network::{NetworkPolicy, RootCertificate};
use crate::service::{Config, Supervisor};

impl ServeSettings {
    /// Returns what the queue is set to that is reached at an address, and that trusts some authorities
    /// besides the usual ones.
    pub(in crate::cli) fn queue(&self, address: &str, roots: Vec<RootCertificate>) -> Config {
        let mut config = Config::new(&self.data);
        config.durability = self.durability();
        config.dispatch = self.dispatch.0;
        config.types.clone_from(&self.types);
        config.client_grants = self.grant.0.clone();
        config.client_quotas = self.quotas.quotas();
        config.address = Some(address.to_owned());
        config.gpu = self.gpu.0;
        config.gpu_memory = self.gpu_memory_mb;
        config.cpu_workers = self.cpu_workers;
        config.gpu_workers = self.gpu_workers;
        config.retries = self.policies();
        config.network = self.network(roots);
        self.retention.set(&mut config.retention);
        self.times.set(&mut config.times);
        self.limits.set(&mut config.limits);
        self.watchers.set(&mut config.watchers);
        self.storage_limits.set(&mut config.storage_limits);
        self.lock_limits.set(&mut config.lock_limits);
        self.gpu_limits.set(&mut config.gpu_limits);
        config
    }

    fn policies(&self) -> RetryPolicies {
        let mut policies = RetryPolicies::default();
        for (name, policy) in &self.retries {
            policies.set(name, policy.clone());
        }
        policies
    }

    fn network(&self, roots: Vec<RootCertificate>) -> NetworkPolicy {
        let allowed = self.allow.iter().map(|Text(entry)| entry.clone());
        let mut network = NetworkPolicy::new(allowed.collect());
        self.network_limits.set(&mut network);
        network.roots = roots;
        network
    }
}

/// Sets the limits of the pools that the settings name; those of others are as they were set at last.
pub(in crate::cli) async fn set_pools(
    settings: &ServeSettings,
    supervisor: &Supervisor,
) -> Result<(), Error> {
    if settings.pools.is_empty() {
        return Ok(());
    }
    let pools = supervisor.gateway().get_pools();
    let known = pools.list().await?;
    for (name, part) in &settings.pools {
        let limits = part.limits();
        let is_set = known
            .iter()
            .any(|pool| pool.name == *name && pool.limits == limits);
        // What has begun of late would be forgotten.
        if !is_set {
            pools.set_limits(name.clone(), limits).await?;
        }
    }
    Ok(())
}
