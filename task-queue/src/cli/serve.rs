//! `serve`: a queue, and the door to it.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use capnweb_runtime::Server;
use tokio::net::TcpListener;

use crate::cli::address::listen;
use crate::cli::args::{Door, ServeOptions};
use crate::cli::error::RunError;
use crate::cli::secrets::SecretsFile;
use crate::cli::signals::StopSignals;
use crate::resources::network::NetworkPolicy;
use crate::service::{Config, Supervisor};

/// Serves a queue until a signal says to stop; then ends its sessions and its workers.
pub(super) async fn serve(
    options: ServeOptions,
    out: &mut (dyn Write + Send),
) -> Result<(), RunError> {
    let mut signals = StopSignals::listen().map_err(RunError::Signals)?;
    let listener = listen(&options.listen, options.door).await?;
    let supervisor = start(&options).await?;
    let secrets = secrets(&options, &supervisor)?;
    announce(&options, &listener, secrets.as_ref(), out).map_err(RunError::Output)?;
    let end = tokio::select! {
        end = attend(&supervisor, listener, options.door) => end.map_err(RunError::Serve),
        end = signals.next() => end.map_err(RunError::Signals),
    };
    tokio::select! {
        () = supervisor.stop() => {}
        // Who asks twice does not want to wait.
        _ = signals.next() => {}
    }
    end
}

async fn start(options: &ServeOptions) -> Result<Supervisor, RunError> {
    create_private_directory(&options.data).map_err(|source| RunError::Data {
        data: options.data.clone(),
        source,
    })?;
    let mut config = Config::new(&options.data);
    config.dispatch = options.dispatch;
    config.client_grants = options.client_grants;
    config.network = NetworkPolicy::new(options.allowed.clone());
    Supervisor::start(config)
        .await
        .map_err(|source| RunError::Start {
            data: options.data.clone(),
            source,
        })
}

/// Where everybody gets everything there is nothing to redeem.
fn secrets(
    options: &ServeOptions,
    supervisor: &Supervisor,
) -> Result<Option<SecretsFile>, RunError> {
    if options.door == Door::Open {
        return Ok(None);
    }
    SecretsFile::write(&options.data, supervisor.secrets())
        .map(Some)
        .map_err(|source| RunError::Secrets {
            data: options.data.clone(),
            source,
        })
}

async fn attend(supervisor: &Supervisor, listener: TcpListener, door: Door) -> io::Result<()> {
    let supervisor = supervisor.clone();
    let server = match door {
        Door::Open => Server::new(move |_peer| supervisor.gateway()),
        Door::Gate => Server::new(move |_peer| supervisor.gate()),
    };
    server.serve(listener).await
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
