//! Lending resources, and taking them back.

use std::sync::Arc;

use capnweb_runtime::{Capability, Result, Revoker};

use super::gpu::gpu;
use super::hub::Hub;
use super::network::network;
use super::storage::storage;
use crate::caps::{LentGpu, LentNetwork, LentStorage, Loan, LoanStub, Resources};
use crate::model::Access;

/// Everything the supervisor can lend.
pub(super) struct Lender(pub(super) Arc<Hub>);

struct ServedLoan(Revoker);

impl Resources for Lender {
    async fn lend_storage(&self, read_only: bool) -> Result<LentStorage> {
        let (storage, loan) = lend(&storage(
            &self.0,
            access(read_only),
            "a borrower".to_owned(),
        ));
        Ok(LentStorage { storage, loan })
    }

    async fn lend_gpu(&self) -> Result<LentGpu> {
        let (gpu, loan) = lend(&gpu(&self.0));
        Ok(LentGpu { gpu, loan })
    }

    async fn lend_network(&self, read_only: bool) -> Result<LentNetwork> {
        let (network, loan) = lend(&network(&self.0, access(read_only)));
        Ok(LentNetwork { network, loan })
    }
}

impl Loan for ServedLoan {
    async fn revoke(&self, reason: String) -> Result<()> {
        self.0.revoke(&reason);
        Ok(())
    }

    fn revoked(&self) -> bool {
        self.0.is_revoked()
    }
}

fn lend<C: Capability>(capability: &C) -> (C, LoanStub) {
    let revoker = Revoker::new();
    let lent = revoker.revocable(capability);
    (lent, LoanStub::new(ServedLoan(revoker)))
}

const fn access(read_only: bool) -> Access {
    if read_only {
        Access::ReadOnly
    } else {
        Access::Full
    }
}
