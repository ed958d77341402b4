//! `/healthz` and `/metrics`.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use capnweb_runtime::Counters;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::sleep;

use crate::cli::error::RunError;
use crate::service::Supervisor;

/// Answers those who ask how a queue does; dropping it ends that.
#[derive(Debug)]
pub(in crate::cli) struct Monitor {
    serving: JoinHandle<()>,
    is_stopping: Arc<AtomicBool>,
}

/// What is asked about.
struct Watched {
    supervisor: Supervisor,
    counters: Counters,
    is_stopping: Arc<AtomicBool>,
}

type Answer = Response<Full<Bytes>>;

/// Listens at `HOST:PORT`, or at a port of this machine for itself.
pub(in crate::cli) async fn listen(place: &str) -> Result<TcpListener, RunError> {
    let local = place.parse::<u16>().map(|port| ("127.0.0.1", port));
    let listener = match local {
        Ok(local) => TcpListener::bind(local).await,
        Err(_) => TcpListener::bind(place).await,
    };
    listener.map_err(|source| RunError::Listen {
        place: place.to_owned(),
        source,
    })
}

impl Monitor {
    /// Begins to answer.
    pub(in crate::cli) fn start(
        listener: TcpListener,
        supervisor: Supervisor,
        counters: Counters,
    ) -> Self {
        let is_stopping = Arc::new(AtomicBool::new(false));
        let watched = Watched {
            supervisor,
            counters,
            is_stopping: Arc::clone(&is_stopping),
        };
        Self {
            serving: tokio::spawn(serve(listener, Arc::new(watched))),
            is_stopping,
        }
    }

    /// From here on says that the server is being stopped, so that nobody is sent to it any more.
    pub(in crate::cli) fn say_stopping(&self) {
        self.is_stopping.store(true, Ordering::Relaxed);
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Watched {
    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Result<Answer, Infallible> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut answer = text(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD\n");
            let allowed = HeaderValue::from_static("GET, HEAD");
            drop(answer.headers_mut().insert(ALLOW, allowed));
            return Ok(answer);
        }
        Ok(match request.uri().path() {
            "/healthz" => self.health().await,
            "/metrics" => self.metrics().await,
            _ => text(StatusCode::NOT_FOUND, "there are /healthz and /metrics\n"),
        })
    }

    async fn health(&self) -> Answer {
        if self.is_stopping.load(Ordering::Relaxed) {
            return text(
                StatusCode::SERVICE_UNAVAILABLE,
                "the server is being stopped\n",
            );
        }
        match self.supervisor.health().await {
            Ok(()) => text(StatusCode::OK, "ok\n"),
            Err(why) => text(StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")),
        }
    }

    async fn metrics(&self) -> Answer {
        let mut page = self.supervisor.metrics().await;
        tell_counters(&mut page, &self.counters);
        let mut answer = text(StatusCode::OK, page);
        let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
        drop(answer.headers_mut().insert(CONTENT_TYPE, kind));
        answer
    }
}

/// Tells of the sessions, whose names and labels are the runtime's own.
fn tell_counters(page: &mut String, counters: &Counters) {
    let values = counters.snapshot();
    let mut name = "";
    for sample in values.samples() {
        let full = format!("capnweb_{}_total", sample.name);
        if sample.name != name {
            page.push_str(&["# TYPE ", full.as_str(), " counter\n"].concat());
            name = sample.name;
        }
        let label = sample.label;
        let label = label.map(|(name, value)| format!("{{{name}=\"{value}\"}}"));
        let label = label.unwrap_or_default();
        let value = sample.value.to_string();
        page.push_str(&[full.as_str(), &label, " ", &value, "\n"].concat());
    }
}

fn text(status: StatusCode, text: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(text.into()));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    drop(headers.insert(CONTENT_TYPE, plain));
    drop(headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store")));
    answer
}

async fn serve(listener: TcpListener, watched: Arc<Watched>) {
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    // Dropped with the future, it ends every connection.
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok(place) = Arc::clone(&room).acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((socket, _)) => {
                let watched = Arc::clone(&watched);
                connections.spawn(async move {
                    // Who hangs up has heard enough.
                    drop(attend(socket, watched).await);
                    drop(place);
                });
            }
            // There are too many files open, for example: some will be closed.
            Err(_) => sleep(REST).await,
        }
    }
}

async fn attend(socket: TcpStream, watched: Arc<Watched>) -> io::Result<()> {
    let service = service_fn(|request| Arc::clone(&watched).answer(request));
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE);
    let connection = builder.serve_connection(TokioIo::new(socket), service);
    connection.await.map_err(io::Error::other)
}

/// How many may ask at a time; more wait for the system to let them in.
const MAX_CONNECTIONS: usize = 32;

/// How long it may take somebody to say what they want to know, also after they were answered before.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long nobody is let in after nobody could be.
const REST: Duration = Duration::from_millis(100);
