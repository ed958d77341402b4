//! The gate: what a connection begins with that has shown no authority yet.

use std::sync::Arc;

use capnweb_runtime::{Capability as _, Error, Result};

use super::gateway::gateway;
use super::hub::Hub;
use super::queue::Scope;
use super::secrets::{Role, Secrets};
use crate::caps::{ClientGatewayStub, Gate, GateStub, GatewayStub};
use crate::model::Grants;

struct ServedGate {
    hub: Arc<Hub>,
    secrets: Arc<Secrets>,
    /// What they can be granted.
    ceiling: Grants,
}

/// Makes a gate.
pub(super) fn gate(hub: &Arc<Hub>, secrets: &Arc<Secrets>, ceiling: Grants) -> GateStub {
    GateStub::new(ServedGate {
        hub: Arc::clone(hub),
        secrets: Arc::clone(secrets),
        ceiling,
    })
}

impl Gate for ServedGate {
    async fn redeem(&self, secret: String) -> Result<GatewayStub> {
        match self.secrets.role_of(&secret) {
            Some(Role::Supervisor) => Ok(gateway(&self.hub, Scope::All, Grants::EVERYTHING)),
            Some(Role::Client) => {
                let whole = gateway(&self.hub, Scope::Clients, self.ceiling.clone());
                let client: ClientGatewayStub = whole.attenuate();
                Ok(client.as_stub().cast())
            }
            None => Err(Error::new("permission denied: unknown secret")),
        }
    }
}
