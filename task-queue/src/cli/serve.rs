//! `serve`: a queue, and the door to it.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use capnweb_runtime::{Origins, Server};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::cli::address::{is_local, listen};
use crate::cli::args::{Door, ServeOptions};
use crate::cli::error::RunError;
use crate::cli::secrets::SecretsFile;
use crate::cli::signals::StopSignals;
use crate::resources::network::{NetworkPolicy, RootCertificate};
use crate::service::{Config, Supervisor};

/// Serves a queue until a signal says to stop; then lets its sessions have the answers that they
/// wait for, and ends them and its workers.
pub(super) async fn serve(
    options: ServeOptions,
    out: &mut (dyn Write + Send),
) -> Result<(), RunError> {
    let mut signals = StopSignals::listen().map_err(RunError::Signals)?;
    let listener = listen(&options.listen, options.door()).await?;
    let supervisor = start(&options).await?;
    let secrets = secrets(&options, &supervisor)?;
    announce(&options, &listener, secrets.as_ref(), out).map_err(RunError::Output)?;
    let stop = Notify::new();
    let mut serving = Box::pin(async {
        let end = attend(&supervisor, listener, options.door(), stop.notified()).await;
        supervisor.stop().await;
        end.map_err(RunError::Serve)
    });
    let asked = tokio::select! {
        end = &mut serving => return end,
        asked = signals.next() => asked.map_err(RunError::Signals),
    };
    stop.notify_one();
    tokio::select! {
        end = serving => end.and(asked),
        // Who asks twice does not want to wait.
        _ = signals.next() => asked,
    }
}

async fn start(options: &ServeOptions) -> Result<Supervisor, RunError> {
    create_private_directory(&options.data).map_err(|source| RunError::Data {
        data: options.data.clone(),
        source,
    })?;
    let mut config = Config::new(&options.data);
    config.dispatch = options.dispatch;
    config.durability = options.durability();
    config.client_grants = options.client_grants.clone();
    config.network = NetworkPolicy::new(options.allowed.clone());
    config.gpu = options.gpu;
    config.network.roots = authorities(&options.authorities)?;
    Supervisor::start(config)
        .await
        .map_err(|source| RunError::Start {
            data: options.data.clone(),
            source,
        })
}

fn authorities(files: &[PathBuf]) -> Result<Vec<RootCertificate>, RunError> {
    let mut roots = Vec::new();
    for file in files {
        let pem = fs::read(file).map_err(|source| RunError::Authorities {
            file: file.clone(),
            source,
        })?;
        let read = RootCertificate::from_pem(&pem);
        roots.extend(read.map_err(|source| RunError::NoAuthorities {
            file: file.clone(),
            source,
        })?);
    }
    Ok(roots)
}

/// Where everybody gets everything there is nothing to redeem.
fn secrets(
    options: &ServeOptions,
    supervisor: &Supervisor,
) -> Result<Option<SecretsFile>, RunError> {
    if options.door() == Door::Open {
        return Ok(None);
    }
    SecretsFile::write(&options.data, supervisor.secrets())
        .map(Some)
        .map_err(|source| RunError::Secrets {
            data: options.data.clone(),
            source,
        })
}

async fn attend(
    supervisor: &Supervisor,
    listener: TcpListener,
    door: Door,
    stop: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let supervisor = supervisor.clone();
    let server = match door {
        // A browser on this machine lets pages from anywhere connect to it.
        Door::Open => {
            Server::new(move |_peer| supervisor.gateway()).origins(Origins::matching(is_local))
        }
        Door::Gate => Server::new(move |_peer| supervisor.gate()),
    };
    let server = server.grace_period(GRACE);
    server.serve_with_shutdown(listener, stop).await
}

fn announce(
    options: &ServeOptions,
    listener: &TcpListener,
    secrets: Option<&SecretsFile>,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let address = listener.local_addr()?;
    writeln!(out, "Task Queue Server running on ws://{address}/rpc/ws")?;
    writeln!(out, "Data directory: {}", options.data.display())?;
    match secrets {
        Some(file) => writeln!(out, "Secrets of the roles: {}", file.path().display())?,
        None => writeln!(out, "Open: whoever connects holds the whole gateway")?,
    }
    out.flush()
}

fn create_private_directory(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// How long sessions may wait for answers once the queue is to stop.
const GRACE: Duration = Duration::from_secs(5);
