//! A server of the demonstration, and connections to it.

use std::io;
use std::path::Path;

use capnweb_runtime::{Capability, Connector, Server, Session};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::caps::{GatewayStub, Invitation, TaskQueueStub, WorkerPoolStub};
use crate::demo::miss::Miss;
use crate::demo::web::Web;
use crate::engine::DispatchMode;
use crate::model::Role;
use crate::resources::network::{AllowEntry, NetworkPolicy};
use crate::service::{Config, Supervisor};

/// A server on a free port, with a data directory that goes with it.
pub(super) struct House {
    supervisor: Supervisor,
    /// As `HOST:PORT`.
    address: String,
    serving: JoinHandle<io::Result<()>>,
    /// Removed with this.
    _data: TempDir,
}

/// How a server is set up: open and manual, and with nobody to talk to, unless it says otherwise.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules {
    dispatch: DispatchMode,
    door: Door,
    allowed: Vec<AllowEntry>,
    requests_per_minute: Option<u32>,
}

/// What a connection begins with.
#[derive(Debug, Clone, Copy, Default)]
enum Door {
    #[default]
    Open,
    Gate,
}

/// A connection that holds everything.
pub(super) struct Party {
    pub(super) gateway: GatewayStub,
    pub(super) queue: TaskQueueStub,
    pub(super) pool: WorkerPoolStub,
    pub(super) session: Session,
}

impl House {
    /// Opens a server.
    pub(super) async fn open(rules: Rules) -> Result<Self, Miss> {
        let data = tempfile::tempdir()?;
        let supervisor = Supervisor::start(rules.config(data.path())).await?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let attended = supervisor.clone();
        let server = match rules.door {
            Door::Open => Server::new(move |_peer| attended.gateway()),
            Door::Gate => Server::new(move |_peer| attended.gate()),
        };
        Ok(Self {
            supervisor,
            address,
            serving: tokio::spawn(server.serve(listener)),
            _data: data,
        })
    }

    /// Connects.
    pub(super) async fn enter<C: Capability>(&self) -> Result<(C, Session), Miss> {
        enter(&self.address).await
    }

    /// Connects to an open server, and takes what it gives.
    pub(super) async fn party(&self) -> Result<Party, Miss> {
        Party::through(&self.address).await
    }

    /// Returns where it listens, as `HOST:PORT`.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Makes a reference for a role.
    pub(super) async fn mint(&self, role: Role) -> Result<String, Miss> {
        let access = self.supervisor.gateway().get_access();
        let minted = access.mint(Invitation::new(role, "")).await?;
        Ok(minted.reference)
    }

    /// Ends every session, and the server.
    pub(super) async fn close(&self) {
        self.serving.abort();
        self.supervisor.stop().await;
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Party {
    /// Connects to an open server at `HOST:PORT`.
    pub(super) async fn through(address: &str) -> Result<Self, Miss> {
        let (gateway, session) = enter::<GatewayStub>(address).await?;
        let queue = gateway.get_task_queue();
        let pool = gateway.get_worker_pool();
        Ok(Self {
            queue: queue.await?,
            pool: pool.await?,
            gateway,
            session,
        })
    }
}

impl Rules {
    /// Lets tasks go to workers by themselves.
    pub(super) fn auto() -> Self {
        Self {
            dispatch: DispatchMode::Auto,
            ..Self::default()
        }
    }

    /// Lets a connection in for a secret only.
    pub(super) fn gated(mut self) -> Self {
        self.door = Door::Gate;
        self
    }

    /// Lets tasks talk to a web server.
    pub(super) fn reaching(self, web: &Web) -> Self {
        self.allowing(web.entry())
    }

    /// Lets tasks talk to a host.
    pub(super) fn allowing(mut self, entry: AllowEntry) -> Self {
        self.allowed.push(entry);
        self
    }

    /// Lets tasks ask so often.
    pub(super) fn at_most(mut self, requests_per_minute: u32) -> Self {
        self.requests_per_minute = Some(requests_per_minute);
        self
    }

    fn config(&self, data: &Path) -> Config {
        let mut config = Config::new(data);
        config.dispatch = self.dispatch;
        config.network = NetworkPolicy::new(self.allowed.clone());
        if let Some(requests) = self.requests_per_minute {
            config.network.requests_per_minute = requests;
        }
        config
    }
}

async fn enter<C: Capability>(address: &str) -> Result<(C, Session), Miss> {
    let url = format!("ws://{address}/rpc/ws");
    Ok(Connector::new(url).connect_with_session().await?)
}
