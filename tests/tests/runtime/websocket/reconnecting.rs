//! Clients that come back, over sockets that fail in the ways sockets do.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use capnweb_runtime::{
    Connector, Disconnect, Error, FileStore, KeepAlive, Reconnect, ReconnectingClient, Registry,
    RegistryKey, RestorerStub, Result, Server, SessionConfig, capability, serve,
};
use futures_util::FutureExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};

use super::super::support::{address_of, in_time, serving};

#[capability]
trait Door {
    async fn knock(&self) -> Result<String>;
    /// Answers when it is opened.
    async fn opened(&self) -> Result<String>;
    async fn room(&self, name: String) -> Result<RoomStub>;
}

#[capability]
trait Room {
    async fn name(&self) -> Result<String>;
}

struct House(watch::Receiver<bool>);

struct Named(String);

impl Door for House {
    async fn knock(&self) -> Result<String> {
        Ok("who is there?".to_owned())
    }

    async fn opened(&self) -> Result<String> {
        let mut opened = self.0.clone();
        drop(opened.wait_for(|opened| *opened).await);
        Ok("open".to_owned())
    }

    async fn room(&self, name: String) -> Result<RoomStub> {
        Ok(RoomStub::new(Named(name)))
    }
}

impl Room for Named {
    async fn name(&self) -> Result<String> {
        Ok(self.0.clone())
    }
}

/// Doors that are opened by the sender.
fn doors() -> (watch::Sender<bool>, impl Fn() -> DoorStub + Clone) {
    let (open, opened) = watch::channel(false);
    (open, move || DoorStub::new(House(opened.clone())))
}

fn quick() -> Reconnect {
    Reconnect::new().backoff(Duration::from_millis(1), Duration::from_millis(20))
}

fn client(url: &str) -> ReconnectingClient<DoorStub> {
    Connector::new(url).reconnecting(quick()).unwrap()
}

/// Binds an address again that was bound just now.
async fn bind(address: SocketAddr) -> TcpListener {
    TcpListener::bind(address).await.expect("it is free again")
}

/// The fault: what a server answers while it shuts down is lost, or its clients do not find the next
/// one.
#[tokio::test]
async fn a_server_that_shuts_down_answers_and_is_succeeded() {
    let (open, door) = doors();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let made = door.clone();
    let server = Server::new(move |_| made());
    let signal = async { drop(stopped.await) };
    let serving = tokio::spawn(server.serve_with_shutdown(listener, signal));
    let client = client(&format!("ws://{address}/"));
    let main = client.main();
    let room = client.derive(&main, |door| door.room("kitchen"));
    assert_eq!(in_time(room.name()).await.unwrap(), "kitchen");
    // Its answer is asked for when it is first waited for.
    let mut opened = Box::pin(async { main.opened().await });
    assert!((&mut opened).now_or_never().is_none(), "it is not open");
    in_time(main.knock()).await.unwrap();
    stop.send(()).unwrap();
    open.send_replace(true);
    assert_eq!(in_time(opened).await.unwrap(), "open");
    in_time(serving).await.unwrap().unwrap();
    let next = Server::new(move |_| door());
    drop(tokio::spawn(next.serve(bind(address).await)));
    // It may still go to the connection that is being closed.
    let name = loop {
        match in_time(room.name()).await {
            Ok(name) => break name,
            Err(error) => assert!(error.is_disconnected(), "{error:?}"),
        }
    };
    assert_eq!(name, "kitchen");
}

/// The fault: a client that is started before its server fails, or never finds it.
#[tokio::test]
async fn a_server_that_comes_later_is_found() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let client = client(&format!("ws://{address}/"));
    let waits = client.main().knock();
    let mut watch = client.watch();
    in_time(watch.changed()).await.unwrap();
    let (_open, door) = doors();
    let server = Server::new(move |_| door());
    drop(tokio::spawn(server.serve(bind(address).await)));
    assert_eq!(in_time(waits).await.unwrap(), "who is there?");
}

/// The fault: what was restored from a name that outlives servers has to be restored again by hand.
#[tokio::test]
async fn what_is_restored_from_its_name_works_at_the_next_server() {
    let data = tempfile::tempdir().unwrap();
    let open = || {
        let store = FileStore::open(data.path().join("references")).unwrap();
        let registry = Registry::new(RegistryKey::from_bytes([7; 32]), store);
        registry.maker("room", |name| async { Ok(RoomStub::new(Named(name))) });
        registry
    };
    let registry = open();
    let reference = registry.seal_as("room", "kitchen", []).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let restorer = registry.restorer();
    let serving = tokio::spawn(serve(listener, move |_| restorer.clone()));
    let client: ReconnectingClient<RestorerStub> = Connector::new(format!("ws://{address}/"))
        .reconnecting(quick())
        .unwrap();
    let room: RoomStub = client.derive(&client.main(), move |restorer| {
        restorer.restored(&reference)
    });
    assert_eq!(in_time(room.name()).await.unwrap(), "kitchen");
    serving.abort();
    drop((serving.await, registry));
    let restorer = open().restorer();
    drop(tokio::spawn(serve(bind(address).await, move |_| {
        restorer.clone()
    })));
    let name = loop {
        match in_time(room.name()).await {
            Ok(name) => break name,
            Err(error) => assert!(error.is_disconnected(), "{error:?}"),
        }
    };
    assert_eq!(name, "kitchen");
}

/// What goes through it can be held up without either end being told.
struct Proxy {
    url: String,
    /// The first so many connections are held up.
    held: watch::Sender<usize>,
    /// How many connections are over.
    over: watch::Receiver<usize>,
}

impl Proxy {
    async fn to(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = format!("ws://{}/", listener.local_addr().unwrap());
        let ((held, holding), (ending, over)) = (watch::channel(0), watch::channel(0));
        let server = address_of(url).to_owned();
        drop(tokio::spawn(async move {
            for number in 1.. {
                let Ok((near, _)) = listener.accept().await else {
                    return;
                };
                let far = TcpStream::connect(&server).await.unwrap();
                let (holding, ending) = (holding.clone(), ending.clone());
                drop(tokio::spawn(async move {
                    let ((near_in, near_out), (far_in, far_out)) =
                        (near.into_split(), far.into_split());
                    tokio::join!(
                        forward(near_in, far_out, number, holding.clone()),
                        forward(far_in, near_out, number, holding)
                    );
                    ending.send_modify(|over| *over += 1);
                }));
            }
        }));
        Self {
            url: proxy,
            held,
            over,
        }
    }

    /// Holds up the first so many connections, and lets the others through.
    fn hold_up(&self, connections: usize) {
        self.held.send_replace(connections);
    }

    /// Waits until so many connections are over.
    async fn are_over(&mut self, connections: usize) {
        let over = self.over.wait_for(|over| *over >= connections);
        drop(in_time(over).await.unwrap());
    }
}

async fn forward(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    number: usize,
    mut held: watch::Receiver<usize>,
) {
    let mut bytes = vec![0; 4096];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        // Once the proxy is gone, so is everything else.
        let passes = held.wait_for(|held| *held < number).await.is_ok();
        if !passes || to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}

/// The fault: a connection that neither breaks nor does anything is taken for one.
#[tokio::test]
async fn a_connection_that_is_half_open_is_found_and_replaced() {
    let (_open, door) = doors();
    let proxy = Proxy::to(&serving(move |_| door()).await).await;
    let times = Duration::from_millis(50);
    let config = SessionConfig::new().keep_alive(KeepAlive::every(times, times));
    let client: ReconnectingClient<DoorStub> = Connector::new(&proxy.url)
        .config(config)
        .reconnecting(quick())
        .unwrap();
    let main = client.main();
    in_time(main.knock()).await.unwrap();
    proxy.hold_up(1);
    let lost = in_time(main.knock()).await.unwrap_err();
    assert!(
        matches!(lost, Error::MaybeExecuted(Disconnect::Unresponsive { .. })),
        "{lost:?}"
    );
    assert_eq!(in_time(main.knock()).await.unwrap(), "who is there?");
}

/// The fault: what is said not to have been sent lies in a buffer, and is sent when the network is
/// there again.
#[tokio::test]
async fn what_was_not_sent_on_a_half_open_connection_never_is() {
    let heard = Arc::<Mutex<Vec<String>>>::default();
    let hearing = Arc::clone(&heard);
    let url = serving(move |_| EarStub::new(Hearing(Arc::clone(&hearing)))).await;
    let mut proxy = Proxy::to(&url).await;
    let times = Duration::from_millis(50);
    let config = SessionConfig::new().keep_alive(KeepAlive::every(times, times));
    let client: ReconnectingClient<EarStub> = Connector::new(&proxy.url)
        .config(config)
        .reconnecting(quick())
        .unwrap();
    let ear = client.main();
    in_time(ear.hear("0", "")).await.unwrap();
    proxy.hold_up(1);
    // More than sockets hold on the way.
    let long = "x".repeat(1024 * 1024);
    let calls: Vec<_> = (1..=40)
        .map(|number| ear.hear(number.to_string(), &*long))
        .collect();
    // Some are said while others are being written.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    let later = (41..=50).map(|number| ear.hear(number.to_string(), ""));
    let later: Vec<_> = later.collect();
    let mut not_sent = Vec::new();
    let mut maybe = 0;
    for (number, call) in (1..).zip(calls.into_iter().chain(later)) {
        match in_time(call).await.unwrap_err() {
            Error::NotSent(_) => not_sent.push(number.to_string()),
            Error::MaybeExecuted(_) => maybe += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(
        maybe > 0 && !not_sent.is_empty(),
        "{maybe}, {}",
        not_sent.len()
    );
    in_time(ear.hear("last", "")).await.unwrap();
    // What was on its way arrives after all.
    proxy.hold_up(0);
    proxy.are_over(1).await;
    let heard = heard.lock().unwrap();
    assert!(heard.len() > 2, "{heard:?}");
    assert!(
        !heard.iter().any(|heard| not_sent.contains(heard)),
        "{heard:?}"
    );
}

#[capability]
trait Ear {
    async fn hear(&self, what: String, how: String) -> Result<()>;
}

struct Hearing(Arc<Mutex<Vec<String>>>);

impl Ear for Hearing {
    async fn hear(&self, what: String, _how: String) -> Result<()> {
        self.0.lock().unwrap().push(what);
        Ok(())
    }
}

/// A server that does the same to everybody who connects, and counts them.
async fn stubborn(answer: &'static str) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/", listener.local_addr().unwrap());
    let asked = Arc::<AtomicUsize>::default();
    let counting = Arc::clone(&asked);
    drop(tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            counting.fetch_add(1, Ordering::SeqCst);
            if !answer.is_empty() {
                let _asked = socket.read(&mut [0; 4096]).await;
                let _gone = socket.write_all(answer.as_bytes()).await;
            }
        }
    }));
    (url, asked)
}

/// The fault: a client whose credentials are wrong asks for ever.
#[tokio::test]
async fn a_client_that_is_not_let_in_stops_asking() {
    let (url, asked) = stubborn("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n").await;
    let client = client(&url);
    let waits = client.main().knock();
    let why = in_time(client.closed()).await;
    assert!(
        matches!(&why, Disconnect::Refused { status: 401, .. }),
        "{why:?}"
    );
    let failed = in_time(waits).await.unwrap_err();
    assert!(matches!(
        failed,
        Error::NotSent(Disconnect::Refused { status: 401, .. })
    ));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

/// The fault: one that closes every connection before it is one is not waited for.
#[tokio::test]
async fn a_server_that_hangs_up_is_asked_again() {
    let (url, asked) = stubborn("").await;
    let settings = quick().max_elapsed(Duration::from_millis(300));
    let client: ReconnectingClient<DoorStub> = Connector::new(url).reconnecting(settings).unwrap();
    let failed = in_time(client.main().knock()).await.unwrap_err();
    assert!(failed.is_not_sent(), "{failed:?}");
    let asked = asked.load(Ordering::SeqCst);
    assert!((5..300).contains(&asked), "{asked}");
}

#[test]
fn what_is_no_url_of_a_session_is_refused_at_once() {
    for url in ["http://localhost/", "localhost", ""] {
        let client = Connector::new(url).reconnecting::<DoorStub>(Reconnect::new());
        assert!(client.is_err(), "{url}");
    }
}
