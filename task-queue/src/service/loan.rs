//! Lending resources, and taking them back.

use std::sync::Arc;

use capnweb_runtime::{Result, Revoker};

use super::care::Care;
use super::gpu::gpu;
use super::hub::Hub;
use super::network::network;
use super::storage::storage;
use crate::caps::{LentGpu, LentNetwork, LentStorage, Loan, LoanStub, Resources};
use crate::model::{Access, Grants};

/// Everything the supervisor can lend.
pub(super) struct Lender(pub(super) Arc<Hub>);

struct ServedLoan(Revoker);

impl Resources for Lender {
    async fn lend_storage(&self, read_only: bool) -> Result<LentStorage> {
        let (care, loan) = lend();
        let holder = "a borrower".to_owned();
        let grants = Grants {
            storage: access(read_only),
            ..Grants::NOTHING
        };
        let storage = storage(&self.0, &grants, holder, &care)?;
        Ok(LentStorage { storage, loan })
    }

    async fn lend_gpu(&self) -> Result<LentGpu> {
        let (care, loan) = lend();
        let gpu = gpu(&self.0, &care);
        Ok(LentGpu { gpu, loan })
    }

    async fn lend_network(&self, read_only: bool) -> Result<LentNetwork> {
        let (care, loan) = lend();
        let network = network(&self.0, access(read_only), &care);
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

fn lend() -> (Care, LoanStub) {
    let revoker = Revoker::new();
    let loan = LoanStub::new(ServedLoan(revoker.clone()));
    (Care::Revoker(revoker), loan)
}

const fn access(read_only: bool) -> Access {
    if read_only {
        Access::ReadOnly
    } else {
        Access::Full
    }
}
