//! A small web server, so that tasks have somebody to talk to.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::LOCATION;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::demo::miss::Miss;
use crate::resources::network::{AllowEntry, Reach};

/// A web server with a few pages.
pub(super) struct Web {
    address: SocketAddr,
    entry: AllowEntry,
    pages: Arc<Pages>,
    serving: JoinHandle<()>,
}

/// What the pages know.
struct Pages {
    /// Who has asked for what, and when.
    requests: watch::Sender<Vec<(String, Instant)>>,
    /// How many requests wait at [`HOLD`].
    held: watch::Sender<usize>,
    /// Whether they may go on.
    released: watch::Sender<bool>,
}

/// A page that says hello.
pub(super) const HELLO: &str = "/hello";
/// A page that comes only when it is released.
pub(super) const HOLD: &str = "/hold";
/// A page that leads to [`HELLO`].
pub(super) const MOVED: &str = "/moved";
/// A page that leads to a host on nobody's list.
pub(super) const OUT: &str = "/out";
/// A page that hangs up on the first two who ask.
pub(super) const FLAKY: &str = "/flaky";
/// A page that hangs up on everybody.
pub(super) const BROKEN: &str = "/broken";

/// What [`HELLO`] says.
pub(super) const GREETING: &str = "hello from the demo";

impl Web {
    /// Starts a server on a free port.
    pub(super) async fn start() -> Result<Self, Miss> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let pages = Arc::new(Pages {
            requests: watch::Sender::default(),
            held: watch::Sender::new(0),
            released: watch::Sender::new(false),
        });
        let address = listener.local_addr()?;
        Ok(Self {
            address,
            entry: AllowEntry::new(&address.to_string(), Reach::Private)?,
            serving: tokio::spawn(serve(listener, Arc::clone(&pages))),
            pages,
        })
    }

    /// Lets everybody go on who waits at [`HOLD`], and whoever comes there later.
    pub(super) fn release(&self) {
        self.pages.released.send_modify(|released| *released = true);
    }

    /// Returns what lets tasks talk to it.
    pub(super) fn entry(&self) -> AllowEntry {
        self.entry.clone()
    }

    /// Returns its port.
    pub(super) const fn port(&self) -> u16 {
        self.address.port()
    }

    /// Returns the URL of a page.
    pub(super) fn url(&self, page: &str) -> String {
        format!("http://{}{page}", self.address)
    }

    /// Waits until exactly so many requests wait at [`HOLD`].
    pub(super) async fn holding(&self, requests: usize) -> Result<(), Miss> {
        let mut held = self.pages.held.subscribe();
        let reached = held.wait_for(|held| *held == requests).await;
        reached.map(drop).map_err(|_| Miss::NobodyLeft)
    }

    /// Returns when a page was asked for.
    pub(super) fn visits(&self, page: &str) -> Vec<Instant> {
        visits(&self.pages.requests.borrow(), page)
    }

    /// Waits until a page was asked for so many times.
    pub(super) async fn visited(&self, page: &str, times: usize) -> Result<(), Miss> {
        let mut requests = self.pages.requests.subscribe();
        let reached = requests.wait_for(|requests| visits(requests, page).len() >= times);
        reached.await.map(drop).map_err(|_| Miss::NobodyLeft)
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Pages {
    /// Answers, or hangs up.
    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Result<Page, HungUp> {
        let path = request.uri().path().to_owned();
        let visits = self.note(&path);
        match path.as_str() {
            HELLO => Ok(page(GREETING)),
            HOLD => self.hold().await,
            MOVED => Ok(redirect(HELLO)),
            OUT => Ok(redirect("http://evil.example/")),
            FLAKY if visits > 2 => Ok(page(GREETING)),
            FLAKY | BROKEN => Err(HungUp),
            _ => Ok(with_status(StatusCode::NOT_FOUND, page("no such page"))),
        }
    }

    /// Notes a visit; returns how many there were to that page.
    fn note(&self, path: &str) -> usize {
        let visit = (path.to_owned(), Instant::now());
        self.requests.send_modify(|requests| requests.push(visit));
        visits(&self.requests.borrow(), path).len()
    }

    async fn hold(&self) -> Result<Page, HungUp> {
        let _held = Held::count(&self.held);
        let mut released = self.released.subscribe();
        let waited = released.wait_for(|released| *released).await;
        waited.map(|_| page(GREETING)).map_err(|_| HungUp)
    }
}

/// Somebody who waits; who goes away does not wait any more.
struct Held<'a>(&'a watch::Sender<usize>);

impl<'a> Held<'a> {
    fn count(held: &'a watch::Sender<usize>) -> Self {
        held.send_modify(|held| *held = held.saturating_add(1));
        Self(held)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|held| *held = held.saturating_sub(1));
    }
}

/// The server ends the connection without an answer.
#[derive(Debug)]
struct HungUp;

impl fmt::Display for HungUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hung up")
    }
}

impl std::error::Error for HungUp {}

type Page = Response<Full<Bytes>>;

fn visits(requests: &[(String, Instant)], page: &str) -> Vec<Instant> {
    let to_page = requests.iter().filter(|(path, _)| path == page);
    to_page.map(|(_, at)| *at).collect()
}

async fn serve(listener: TcpListener, pages: Arc<Pages>) {
    // Dropped with the future, it ends every connection.
    let mut connections = JoinSet::new();
    while let Ok((socket, _)) = listener.accept().await {
        connections.spawn(attend(socket, Arc::clone(&pages)));
    }
}

async fn attend(socket: TcpStream, pages: Arc<Pages>) {
    let service = service_fn(|request| Arc::clone(&pages).answer(request));
    let connection =
        hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(socket), service);
    // Hanging up is what some pages are for.
    drop(connection.await);
}

fn page(text: &'static str) -> Page {
    Response::new(Full::new(Bytes::from_static(text.as_bytes())))
}

fn with_status(status: StatusCode, mut page: Page) -> Page {
    *page.status_mut() = status;
    page
}

fn redirect(target: &'static str) -> Page {
    let mut page = with_status(StatusCode::FOUND, page(""));
    let target = hyper::header::HeaderValue::from_static(target);
    drop(page.headers_mut().insert(LOCATION, target));
    page
}
