//! Serving on a listener: a task for each connection, and an end with grace.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::handshakes::{Handshake, Handshakes, MakeWay};
use super::http::{Endpoint, Rejection, RpcBody, Upgraded, answer};
use super::prompt::{Leisure, Prompt};
use super::server::Server;
use crate::hook::Peer;
use crate::typed::Capability;

/// Serves WebSocket sessions and HTTP batches on every path of a listener, each with the main object
/// that `main` makes for it. See [`Server`] for more than the defaults.
///
/// ```no_run
/// # use capnweb_runtime::{capability, Result};
/// # #[capability] pub trait Greeter { async fn hello(&self, name: String) -> Result<String>; }
/// # struct English;
/// # impl Greeter for English {
/// #     async fn hello(&self, name: String) -> Result<String> { Ok(format!("Hello, {name}!")) }
/// # }
/// # async fn example() -> std::io::Result<()> {
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
/// capnweb_runtime::serve(listener, |_peer| GreeterStub::new(English)).await
/// # }
/// ```
///
/// # Errors
///
/// When the listener fails for good. A connection that fails ends alone.
///
/// # Cancel safety
///
/// It runs until it is dropped: that stops the server and ends every session.
pub async fn serve<C: Capability>(
    listener: TcpListener,
    main: impl Fn(&Peer) -> C + Send + Sync + 'static,
) -> io::Result<()> {
    Server::new(main).serve(listener).await
}

/// What stands between a listener and an endpoint.
#[derive(Clone)]
pub(super) struct Door {
    pub(super) endpoint: Arc<Endpoint>,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<tokio_rustls::TlsAcceptor>,
}

/// Lets in whoever connects, until `signal`; then waits for those inside to leave.
pub(super) async fn listen(
    door: Door,
    listener: TcpListener,
    signal: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    // Dropped with the future, it stops every connection.
    let mut connections = JoinSet::new();
    tokio::select! {
        failed = accept(&door, &listener, &mut connections) => return failed,
        () = signal => {}
    }
    drop(listener);
    let endpoint = &door.endpoint;
    endpoint.close();
    let all = async {
        while connections.join_next().await.is_some() {}
        endpoint.all_left().await;
    };
    drop(tokio::time::timeout(endpoint.settings.time_to_close(), all).await);
    Ok(())
}

async fn accept(
    door: &Door,
    listener: &TcpListener,
    connections: &mut JoinSet<()>,
) -> io::Result<()> {
    let handshakes = Handshakes::new(door.endpoint.settings.max_handshakes);
    loop {
        let (socket, address) = tokio::select! {
            accepted = next(listener) => accepted?,
            Some(_) = connections.join_next() => continue,
        };
        let (handshake, make_way) = handshakes.enter().await;
        let visit = door.clone().attend(socket, address, handshake);
        connections.spawn(unless_told(visit, make_way));
    }
}

/// Attends a connection, but gives it up if it has to make way for others.
async fn unless_told(visit: impl Future<Output = ()>, make_way: MakeWay) {
    tokio::select! {
        () = visit => {}
        () = make_way.told() => {}
    }
}

/// Accepts the next connection.
async fn next(listener: &TcpListener) -> io::Result<(TcpStream, SocketAddr)> {
    loop {
        match listener.accept().await {
            Ok(accepted) => return Ok(accepted),
            Err(error) if is_fatal(&error) => return Err(error),
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

impl Door {
    /// Attends a connection, for as long as it lasts.
    async fn attend(self, socket: TcpStream, address: SocketAddr, handshake: Handshake) {
        let place = self.endpoint.enter();
        // In a future of its own, whose place is not kept for as long as the session lasts.
        let guest = match place {
            Some(_) => Guest::Welcome,
            None => Guest::TooMany,
        };
        let session = Box::pin(self.admit(socket, address, handshake, guest)).await;
        // Run here, and not as a task of its own, so that it ends with the server.
        if let Some(session) = session {
            session.await;
        }
        drop(place);
    }

    /// Speaks HTTP; returns the session that has come of it.
    async fn admit(
        self,
        socket: TcpStream,
        address: SocketAddr,
        handshake: Handshake,
        guest: Guest,
    ) -> Option<Upgraded> {
        if socket.set_nodelay(true).is_err() {
            return None;
        }
        let visit = Visit {
            peer: Peer {
                address: Some(address),
            },
            guest,
            handshake: Mutex::new(Some(handshake)),
            upgraded: Mutex::new(None),
            leisure: Leisure::default(),
        };
        #[cfg(feature = "tls")]
        if let Some(tls) = self.tls {
            let limit = self.endpoint.settings.handshake_timeout;
            let socket = tokio::time::timeout(limit, tls.accept(socket)).await;
            return visit.speak_http(&self.endpoint, socket.ok()?.ok()?).await;
        }
        visit.speak_http(&self.endpoint, socket).await
    }
}

/// One connection.
struct Visit {
    peer: Peer,
    guest: Guest,
    /// None once it has said what it wants.
    handshake: Mutex<Option<Handshake>>,
    upgraded: Mutex<Option<Upgraded>>,
    leisure: Leisure,
}

/// Whether there is room for a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Guest {
    Welcome,
    TooMany,
}

impl Visit {
    async fn speak_http<S>(self, endpoint: &Arc<Endpoint>, socket: S) -> Option<Upgraded>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let limit = endpoint.settings.answer_timeout;
        let socket = Prompt::new(socket, limit, self.leisure.clone());
        let service = service_fn(|request| self.answer(endpoint, request));
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(endpoint.settings.handshake_timeout.min(CENTURY))
            .max_buf_size(HEAD_BYTES)
            .serve_connection(TokioIo::new(socket), service)
            .with_upgrades();
        let mut connection = pin!(connection);
        // A client that does not speak HTTP has nobody to be told.
        tokio::select! {
            ended = connection.as_mut() => drop(ended),
            () = endpoint.closing() => {
                connection.as_mut().graceful_shutdown();
                drop(connection.as_mut().await);
            }
        }
        take(&self.upgraded)
    }

    async fn answer(
        &self,
        endpoint: &Arc<Endpoint>,
        request: Request<Incoming>,
    ) -> Result<Response<RpcBody>, Infallible> {
        drop(take(&self.handshake));
        if self.guest == Guest::TooMany {
            return Ok(Rejection::Full.into());
        }
        let answer = answer(endpoint, request, self.peer.clone()).await;
        if answer.session.is_some() {
            self.leisure.begin();
            *self.upgraded.lock().unwrap_or_else(PoisonError::into_inner) = answer.session;
        }
        Ok(answer.response)
    }
}

fn take<T>(slot: &Mutex<Option<T>>) -> Option<T> {
    slot.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// Returns whether accepting can never work again: the listener is none. Everything else passes: a
/// client that went away, a network that is down, descriptors or memory that have run out.
fn is_fatal(error: &io::Error) -> bool {
    const EBADF: i32 = 9;
    const EFAULT: i32 = 14;
    const EINVAL: i32 = 22;
    const ENOTSOCK: i32 = if cfg!(target_os = "linux") { 88 } else { 38 };
    const FATAL: [i32; 4] = [EBADF, EFAULT, EINVAL, ENOTSOCK];
    error
        .raw_os_error()
        .is_some_and(|code| FATAL.contains(&code))
}

/// As good as never: hyper adds to the time, and panics if that is too far away to be told.
const CENTURY: Duration = Duration::from_hours(24 * 365 * 100);

/// How long accepting pauses after it has failed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long the head of a request may be; bodies are read in pieces of this size.
const HEAD_BYTES: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use std::io;

    use super::is_fatal;

    /// The fault: a server that ends because a client went away, or because for a moment there was
    /// no descriptor left; or one that spins on a listener that is closed.
    #[test]
    fn accepting_goes_on_after_what_passes() {
        const ENETDOWN: i32 = 100;
        const ENFILE: i32 = 23;
        const EMFILE: i32 = 24;
        const ENOMEM: i32 = 12;
        for code in [ENETDOWN, ENFILE, EMFILE, ENOMEM] {
            assert!(!is_fatal(&io::Error::from_raw_os_error(code)), "{code}");
        }
        assert!(!is_fatal(&io::ErrorKind::ConnectionAborted.into()));
        assert!(is_fatal(&io::Error::from_raw_os_error(9)));
        assert!(is_fatal(&io::Error::from_raw_os_error(22)));
    }
}
