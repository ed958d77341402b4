//! The gate: what a connection begins with that has shown no authority yet.

use std::sync::Arc;

use capnweb_runtime::{Capability as _, Error, Result};

use super::gateway::gateway;
use super::hub::Hub;
use super::queue::Scope;
use super::supervisor::Secrets;
use crate::caps::{ClientGatewayStub, Gate, GateStub, GatewayStub};

struct ServedGate {
    hub: Arc<Hub>,
    secrets: Arc<Secrets>,
    /// The tasks of the client's role.
    clients: Scope,
}

/// Makes a gate.
pub(super) fn gate(hub: &Arc<Hub>, secrets: &Arc<Secrets>, clients: &Scope) -> GateStub {
    GateStub::new(ServedGate {
        hub: Arc::clone(hub),
        secrets: Arc::clone(secrets),
        clients: clients.clone(),
    })
}

impl Gate for ServedGate {
    async fn redeem(&self, secret: String) -> Result<GatewayStub> {
        // Both are compared, whatever the first says: the time taken tells nothing.
        let is_supervisor = same(&secret, &self.secrets.supervisor);
        let is_client = same(&secret, &self.secrets.client);
        if is_supervisor {
            return Ok(gateway(&self.hub, Scope::All));
        }
        if is_client {
            let client: ClientGatewayStub = gateway(&self.hub, self.clients.clone()).attenuate();
            return Ok(GatewayStub::from_stub(client.into_stub()));
        }
        Err(Error::new("permission denied: unknown secret"))
    }
}

/// Compares two texts in a time that depends on their lengths only.
fn same(left: &str, right: &str) -> bool {
    let differing = left
        .bytes()
        .zip(right.bytes())
        .fold(0, |sum, (a, b)| sum | (a ^ b));
    left.len() == right.len() && differing == 0
}
