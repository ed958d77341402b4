//! `serve`: a queue, and the door to it.

use std::fs;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use capnweb_runtime::{Origins, Server};
use rustls::ServerConfig;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::cli::address::{is_local, listen};
use crate::cli::args::{Door, ServeOptions};
use crate::cli::config::{ServeSettings, Text, set_pools};
use crate::cli::error::RunError;
use crate::cli::link::LinkFile;
use crate::cli::log;
use crate::cli::monitor::{self, Monitor};
use crate::cli::signals::StopSignals;
use crate::cli::tls::presenting;
use crate::resources::network::RootCertificate;
use crate::service::Supervisor;

/// Serves a queue until a signal says to stop; then lets its sessions have the answers that they
/// wait for, and ends them and its workers.
pub(super) async fn serve(
    options: ServeOptions,
    out: &mut (dyn Write + Send),
) -> Result<(), RunError> {
    let is_asked = options.print_config;
    let settings = ServeSettings::of(options)?;
    if is_asked {
        return print(&settings.print()?, out).map_err(RunError::Output);
    }
    let mut signals = StopSignals::listen().map_err(RunError::Signals)?;
    let (Text(format), Text(filter)) = (settings.log, &settings.log_filter);
    let _log = log::start(format, filter).map_err(RunError::Log)?;
    let tls = certificates(&settings)?;
    let listener = listen(&settings.listen, settings.door()).await?;
    let numbers = match &settings.metrics {
        Some(place) => Some(monitor::listen(place).await?),
        None => None,
    };
    let address = address(&settings, &listener).map_err(RunError::Output)?;
    let supervisor = start(&settings, &address).await?;
    let link = link(&settings, &supervisor, &address).await?;
    announce(&settings, &address, link.as_ref(), out).map_err(RunError::Output)?;
    let server = server(&supervisor, settings.door(), tls);
    let monitor = monitored(numbers, &supervisor, &server, out).map_err(RunError::Output)?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), %address, "the queue is served");
    let stop = Notify::new();
    let mut serving = Box::pin(async {
        let end = server.serve_with_shutdown(listener, stop.notified()).await;
        supervisor.stop().await;
        end.map_err(RunError::Serve)
    });
    let asked = tokio::select! {
        end = &mut serving => return end,
        asked = signals.next() => asked.map_err(RunError::Signals),
    };
    tracing::info!("the queue is being stopped");
    monitor.iter().for_each(Monitor::say_stopping);
    stop.notify_one();
    tokio::select! {
        end = serving => end.and(asked),
        // Who asks twice does not want to wait.
        _ = signals.next() => asked,
    }
}

/// Says which settings are in effect.
pub(super) fn print(settings: &str, out: &mut (dyn Write + Send)) -> io::Result<()> {
    out.write_all(settings.as_bytes())?;
    out.flush()
}

async fn start(settings: &ServeSettings, address: &str) -> Result<Supervisor, RunError> {
    create_private_directory(&settings.data).map_err(|source| RunError::Data {
        data: settings.data.clone(),
        source,
    })?;
    let roots = authorities(&settings.allow_ca)?;
    let supervisor = Supervisor::start(settings.queue(address, roots))
        .await
        .map_err(|source| RunError::Start {
            data: settings.data.clone(),
            source,
        })?;
    let set = set_pools(settings, &supervisor).await;
    set.map_err(RunError::Pools)?;
    Ok(supervisor)
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
async fn link(
    settings: &ServeSettings,
    supervisor: &Supervisor,
    address: &str,
) -> Result<Option<LinkFile>, RunError> {
    if settings.door() == Door::Open {
        return Ok(None);
    }
    let durability = settings.durability();
    let kept = LinkFile::keep(supervisor, &settings.data, address, durability).await;
    kept.map(Some).map_err(|source| RunError::Link {
        data: settings.data.clone(),
        source,
    })
}

fn certificates(settings: &ServeSettings) -> Result<Option<Arc<ServerConfig>>, RunError> {
    let files = settings
        .tls_cert
        .as_deref()
        .zip(settings.tls_key.as_deref());
    let read = files.map(|(chain, key)| presenting(chain, key)).transpose();
    Ok(read?.map(Arc::new))
}

/// Returns where the server is reached: where it listens, unless something else is said. Who listens
/// everywhere is reached by this machine, at least.
fn address(settings: &ServeSettings, listener: &TcpListener) -> io::Result<String> {
    if let Some(Text(url)) = &settings.public_url {
        return Ok(url.to_string());
    }
    let mut address = listener.local_addr()?;
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        IpAddr::V4(_) | IpAddr::V6(_) => {}
    }
    let scheme = settings.tls_cert.as_ref().map_or("ws", |_| "wss");
    Ok(format!("{scheme}://{address}/rpc/ws"))
}

/// Has others see how the queue does, where that was asked for.
fn monitored(
    listener: Option<TcpListener>,
    supervisor: &Supervisor,
    server: &Server,
    out: &mut (dyn Write + Send),
) -> io::Result<Option<Monitor>> {
    let Some(listener) = listener else {
        return Ok(None);
    };
    writeln!(out, "Metrics: http://{}/metrics", listener.local_addr()?)?;
    out.flush()?;
    let (supervisor, counters) = (supervisor.clone(), server.counters());
    Ok(Some(Monitor::start(listener, supervisor, counters)))
}

fn server(supervisor: &Supervisor, door: Door, tls: Option<Arc<ServerConfig>>) -> Server {
    let supervisor = supervisor.clone();
    let server = match door {
        // A browser on this machine lets pages from anywhere connect to it.
        Door::Open => {
            Server::new(move |_peer| supervisor.gateway()).origins(Origins::matching(is_local))
        }
        Door::Gate => Server::new(move |_peer| supervisor.gate()),
    };
    let server = match tls {
        Some(tls) => server.tls(tls),
        None => server,
    };
    server.grace_period(GRACE)
}

fn announce(
    settings: &ServeSettings,
    address: &str,
    link: Option<&LinkFile>,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    writeln!(out, "Task Queue Server running on {address}")?;
    writeln!(out, "Data directory: {}", settings.data.display())?;
    match link {
        Some(file) => writeln!(out, "Supervisor's link: {}", file.path().display())?,
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
