//! Where the tests are played: servers in this process that can be reached, or not.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;
use tokio_tungstenite::tungstenite;

use crate::config::SessionConfig;
use crate::connection::{Connection, drive};
use crate::counters::Counters;
use crate::endpoint::connect::ConnectError;
use crate::endpoint::reconnect::dial::Dial;
use crate::endpoint::reconnect::{Reconnect, ReconnectingClient};
use crate::error::{Disconnect, Error, Result};
use crate::hook::{Brand, Cap, Peer, Session, SessionControl as _};
use crate::transport::{Memory, memory_pair};
use crate::typed::{Function, ReadableStream};
use crate::{Capability as _, capability};

/// What becomes of the attempts to connect, one after the other; after these, they succeed.
#[derive(Clone, Copy)]
pub(super) enum Scene {
    Refused,
    /// Nothing is heard of it.
    Hangs,
    /// The server refuses with an HTTP status.
    Status(u16),
    /// It succeeds, and the connection breaks at once.
    Breaks,
    /// It succeeds, and nothing that is sent is read.
    Deaf,
    Serves,
}

#[derive(Clone)]
pub(super) struct Stage(Arc<Inner>);

struct Inner {
    scenes: Mutex<VecDeque<Scene>>,
    attempts: Mutex<Vec<Instant>>,
    servers: Mutex<Vec<Arc<Connection>>>,
    /// The clients' ends of their connections.
    sessions: Mutex<Vec<Session>>,
    deaf: Mutex<Vec<Memory>>,
    log: Mutex<Vec<String>>,
    lent: Mutex<Vec<Function<fn() -> ()>>>,
    /// How often `frail` fails before it works.
    frailty: AtomicUsize,
    brand: Brand<String>,
    counters: Counters,
}

impl Stage {
    pub(super) fn new(scenes: impl IntoIterator<Item = Scene>) -> Self {
        Self(Arc::new(Inner {
            scenes: Mutex::new(scenes.into_iter().collect()),
            attempts: Mutex::default(),
            servers: Mutex::default(),
            sessions: Mutex::default(),
            deaf: Mutex::default(),
            log: Mutex::default(),
            lent: Mutex::default(),
            frailty: AtomicUsize::new(0),
            brand: Brand::new(),
            counters: Counters::default(),
        }))
    }

    pub(super) fn client(&self, settings: Reconnect) -> ReconnectingClient<GatewayStub> {
        ReconnectingClient::begin(self.clone(), settings, self.0.counters.clone())
    }

    /// Breaks the last connection, as a server that is killed does.
    pub(super) fn kill(&self) {
        self.0.deaf.lock().unwrap().clear();
        let servers = self.0.servers.lock().unwrap().clone();
        for server in servers {
            let why = io::Error::from(io::ErrorKind::ConnectionReset);
            server.terminate(&Disconnect::Transport(Arc::new(why)));
        }
    }

    /// Closes the last connection as a server does that shuts down.
    pub(super) fn shut_down(&self) {
        let servers = self.0.servers.lock().unwrap().clone();
        servers
            .last()
            .unwrap()
            .close("The server is shutting down.");
    }

    /// Returns how many connections were served.
    pub(super) fn served(&self) -> usize {
        self.0.servers.lock().unwrap().len()
    }

    /// Returns the client's end of the last of them.
    pub(super) fn session(&self) -> Session {
        self.0.sessions.lock().unwrap().last().unwrap().clone()
    }

    /// Returns how many attempts there were to connect.
    pub(super) fn attempts(&self) -> usize {
        self.0.attempts.lock().unwrap().len()
    }

    /// Returns how long after its predecessor each attempt came.
    pub(super) fn pauses(&self) -> Vec<Duration> {
        let attempts = self.0.attempts.lock().unwrap();
        let pairs = attempts.windows(2);
        pairs.map(|pair| pair[1] - pair[0]).collect()
    }

    /// Returns what was called so far, and on which of the servers.
    pub(super) fn log(&self) -> Vec<String> {
        self.0.log.lock().unwrap().clone()
    }

    /// Returns what the last server has in its tables: imports, then exports.
    pub(super) fn tables(&self) -> (usize, usize) {
        let servers = self.0.servers.lock().unwrap();
        let stats = servers.last().unwrap().stats();
        (stats.imports, stats.exports)
    }

    pub(super) fn counters(&self) -> &Counters {
        &self.0.counters
    }

    /// Has `frail` fail so often.
    pub(super) fn make_frail(&self, times: usize) {
        self.0.frailty.store(times, Ordering::SeqCst);
    }

    fn note(&self, server: usize, what: &str) {
        let line = format!("{server}: {what}");
        self.0.log.lock().unwrap().push(line);
    }

    fn serve(&self) -> (Cap, Session) {
        let number = self.0.servers.lock().unwrap().len() + 1;
        let gateway = GatewayStub::new(House {
            stage: self.clone(),
            number,
        });
        let (server, client_main) = connection(gateway.into_stub().into_cap());
        let (main, session, server_end) = dialled();
        self.0.servers.lock().unwrap().push(Arc::clone(&server));
        self.0.sessions.lock().unwrap().push(session.clone());
        drop(tokio::spawn(async move {
            drive(server, server_end, None).await;
            drop(client_main);
        }));
        (main, session)
    }
}

fn connection(main: Cap) -> (Arc<Connection>, Cap) {
    let config = SessionConfig::new().tell_certainty();
    Connection::new(main, Peer::default(), &config)
}

/// Makes the client's end of a connection, and a transport for the server's.
fn dialled() -> (Cap, Session, Memory) {
    let (client_end, server_end) = memory_pair();
    let (client, main) = connection(Cap::settled(Err(Error::new("none"))));
    drop(tokio::spawn(drive(Arc::clone(&client), client_end, None)));
    (main, Session::new(client), server_end)
}

impl Dial for Stage {
    async fn dial(&self) -> Result<(Cap, Session), ConnectError> {
        self.0.attempts.lock().unwrap().push(Instant::now());
        let scene = self.0.scenes.lock().unwrap().pop_front();
        match scene.unwrap_or(Scene::Serves) {
            Scene::Refused => Err(io::Error::from(io::ErrorKind::ConnectionRefused).into()),
            Scene::Hangs => std::future::pending().await,
            Scene::Status(status) => Err(refusal(status)),
            Scene::Breaks => {
                let (main, session, _server_end) = dialled();
                Ok((main, session))
            }
            Scene::Deaf => {
                let (main, session, server_end) = dialled();
                self.0.deaf.lock().unwrap().push(server_end);
                Ok((main, session))
            }
            Scene::Serves => Ok(self.serve()),
        }
    }

    fn time(&self) -> Duration {
        Duration::from_secs(10)
    }
}

fn refusal(status: u16) -> ConnectError {
    let response = http::Response::builder().status(status).body(None);
    let error = tungstenite::Error::Http(Box::new(response.unwrap()));
    ConnectError::Handshake(Box::new(error))
}

#[capability]
pub(super) trait Gateway {
    /// Notes that it was called, and returns on which server.
    async fn note(&self, what: String) -> Result<usize>;
    async fn shelf(&self, tag: String) -> Result<ShelfStub>;
    /// A shelf that cannot always be had.
    async fn frail(&self) -> Result<ShelfStub>;
    async fn never(&self) -> Result<()>;
    /// Keeps a function.
    async fn lend(&self, function: Function<fn() -> ()>) -> Result<()>;
    /// Returns the tag of one of its own shelves; nothing of anything else.
    async fn recognise(&self, own: ShelfStub) -> Result<Option<String>>;
    async fn tags(&self) -> Result<Vec<String>>;
    async fn endless(&self) -> Result<ReadableStream<usize>>;
}

#[capability]
pub(super) trait Shelf {
    async fn tag(&self) -> Result<String>;
    async fn inner(&self, tag: String) -> Result<ShelfStub>;
}

struct House {
    stage: Stage,
    number: usize,
}

struct Board {
    stage: Stage,
    number: usize,
    tag: String,
}

impl Gateway for House {
    async fn note(&self, what: String) -> Result<usize> {
        self.stage.note(self.number, &what);
        Ok(self.number)
    }

    async fn shelf(&self, tag: String) -> Result<ShelfStub> {
        self.stage.note(self.number, &format!("shelf {tag}"));
        Ok(shelf(&self.stage, self.number, tag))
    }

    async fn frail(&self) -> Result<ShelfStub> {
        let frailty = &self.stage.0.frailty;
        let fails = frailty.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
            left.checked_sub(1)
        });
        match fails {
            Ok(_) => Err(Error::new("not ready")),
            Err(_) => Ok(shelf(&self.stage, self.number, "frail".to_owned())),
        }
    }

    async fn never(&self) -> Result<()> {
        self.stage.note(self.number, "never");
        std::future::pending().await
    }

    async fn lend(&self, function: Function<fn() -> ()>) -> Result<()> {
        self.stage.0.lent.lock().unwrap().push(function);
        Ok(())
    }

    async fn recognise(&self, own: ShelfStub) -> Result<Option<String>> {
        let tag = self.stage.0.brand.unseal(&own);
        Ok(tag.map(|tag| tag.as_ref().clone()))
    }

    async fn tags(&self) -> Result<Vec<String>> {
        Ok(vec!["a".to_owned(), "b".to_owned()])
    }

    async fn endless(&self) -> Result<ReadableStream<usize>> {
        let numbers = (0..).map(Ok::<usize, Error>);
        Ok(ReadableStream::new(futures_util::stream::iter(numbers)))
    }
}

fn shelf(stage: &Stage, number: usize, tag: String) -> ShelfStub {
    let content = Arc::new(tag.clone());
    let shelf = ShelfStub::new(Board {
        stage: stage.clone(),
        number,
        tag,
    });
    stage.0.brand.seal(&shelf, content)
}

impl Shelf for Board {
    async fn tag(&self) -> Result<String> {
        self.stage.note(self.number, &format!("tag {}", self.tag));
        Ok(format!("{} of {}", self.tag, self.number))
    }

    async fn inner(&self, tag: String) -> Result<ShelfStub> {
        let tag = format!("{}/{tag}", self.tag);
        Ok(shelf(&self.stage, self.number, tag))
    }
}

/// Waits for something that must come while nothing but time passes.
pub(super) async fn soon<T>(what: impl Future<Output = T>) -> T {
    let ended = tokio::time::timeout(Duration::from_hours(1), what).await;
    ended.expect("it comes")
}

/// Lets every task run until none can.
pub(super) async fn settle() {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
}

pub(super) const fn seconds(number: u64) -> Duration {
    Duration::from_secs(number)
}
