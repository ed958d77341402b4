//! What the supervisor can lend.

use capnweb_runtime::{Result, capability};
use serde::{Deserialize, Serialize};

use super::gpu::GpuStub;
use super::network::NetworkStub;
use super::storage::StorageStub;

/// The resources, and the lending of them.
#[capability]
pub trait Resources {
    /// Lends the storage: to read only, or altogether.
    async fn lend_storage(&self, #[default(false)] read_only: bool) -> Result<LentStorage>;

    /// Lends the GPU.
    #[rpc(name = "lendGPU")]
    async fn lend_gpu(&self) -> Result<LentGpu>;

    /// Lends the network: to fetch only, or altogether.
    async fn lend_network(&self, #[default(false)] read_only: bool) -> Result<LentNetwork>;
}

/// The right to take back what was lent.
#[capability]
pub trait Loan {
    /// Takes it back: what was lent fails from now on, for whoever has got hold of it. Calls under
    /// way fail with it.
    async fn revoke(
        &self,
        #[default("the loan has ended".to_owned())] reason: String,
    ) -> Result<()>;

    /// Whether it was taken back.
    #[property]
    fn revoked(&self) -> bool;
}

/// Storage that was lent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LentStorage {
    /// What to hand on.
    pub storage: StorageStub,
    /// What to keep.
    pub loan: LoanStub,
}

/// A GPU that was lent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LentGpu {
    /// What to hand on.
    pub gpu: GpuStub,
    /// What to keep.
    pub loan: LoanStub,
}

/// A network that was lent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LentNetwork {
    /// What to hand on.
    pub network: NetworkStub,
    /// What to keep.
    pub loan: LoanStub,
}
