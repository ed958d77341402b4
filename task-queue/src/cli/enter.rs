//! The way in to a queue that is served elsewhere.

use std::env;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use capnweb_runtime::{Capability as _, ConnectError, Connector, Stub, SturdyUrl};

use crate::caps::{GateStub, GatewayStub};
use crate::cli::args::Client;
use crate::cli::config::Environment;
use crate::cli::error::RunError;
use crate::cli::{link, tls};

/// A gateway, and the connection on which it is.
pub(super) struct Entered {
    pub(super) gateway: GatewayStub,
    /// Where it is reached.
    pub(super) url: String,
    /// The connection is there as long as this is.
    _main: Stub,
}

/// Connects to a queue, and takes the role that there is a reference for.
pub(super) async fn enter(client: &Client) -> Result<Entered, RunError> {
    if client.open {
        let url = client.url.as_deref().unwrap_or(OPEN);
        let gateway: GatewayStub = connector(client.ca.as_deref(), url)?
            .connect()
            .await
            .map_err(unreachable(url))?;
        return Ok(Entered {
            _main: gateway.as_stub().clone(),
            gateway,
            url: url.to_owned(),
        });
    }
    let link = link(client.access.as_deref())?;
    let url = client.url.as_deref().unwrap_or(link.server().as_str());
    let gate: GateStub = connector(client.ca.as_deref(), url)?
        .connect()
        .await
        .map_err(unreachable(url))?;
    let gateway = gate.redeem(link.reference().expose()).await;
    Ok(Entered {
        url: url.to_owned(),
        gateway: gateway.map_err(RunError::Refused)?,
        _main: gate.into_stub(),
    })
}

/// Makes what connects to a server, over TLS if its address says so.
pub(super) fn connector(ca: Option<&Path>, url: &str) -> Result<Connector, RunError> {
    let connector = Connector::new(url);
    match ca {
        Some(file) => Ok(connector.tls(Arc::new(tls::trusting(file)?))),
        None => Ok(connector),
    }
}

/// Finds the link to come by: in the file that is named, else in the environment, else where a server
/// that was started here has put it. It is no argument: those are seen by everybody on the machine.
pub(super) fn link(file: Option<&Path>) -> Result<SturdyUrl, RunError> {
    match (file, env::var(LINK)) {
        (None, Ok(link)) => link.trim().parse().map_err(|_| RunError::NotALink(LINK)),
        (file, _) => of_file(file.unwrap_or(Path::new(ACCESS))),
    }
}

/// Returns whether the environment has a link.
pub(super) fn environment() -> Environment {
    match env::var_os(LINK) {
        Some(_) => Environment::HasLink,
        None => Environment::Silent,
    }
}

fn of_file(file: &Path) -> Result<SturdyUrl, RunError> {
    if let Err(source) = fs::metadata(file) {
        let file = file.to_owned();
        return Err(RunError::AccessFile { file, source });
    }
    link::read(file).ok_or_else(|| RunError::NoLink {
        file: file.to_owned(),
    })
}

fn unreachable(url: &str) -> impl FnOnce(ConnectError) -> RunError {
    let url = url.to_owned();
    move |source| RunError::Unreachable { url, source }
}

/// Where an open server is if nothing else is said.
pub(super) const OPEN: &str = "ws://127.0.0.1:8080/rpc/ws";

/// Where a link can be instead of in a file.
const LINK: &str = "TASK_QUEUE_LINK";

/// Where it is if nothing else is said.
const ACCESS: &str = "task-queue-data/supervisor.url";
