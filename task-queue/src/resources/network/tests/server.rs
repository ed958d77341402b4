//! Servers that answer as a test says, and the clients that ask them.

use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::clock::ManualClock;
use crate::future::BoxFuture;
use crate::model::Timestamp;
use crate::resources::network::{
    AllowEntry, NetworkClient, NetworkError, NetworkPolicy, Reach, Request, Resolve, Response,
};

/// A server that answers each request by its path, and remembers what it was asked.
pub(super) struct Server {
    pub(super) port: u16,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(super) async fn start(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let answer = Arc::new(answer);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                tokio::spawn(async move {
                    serve(stream, &log, &*answer).await.unwrap_or_default();
                });
            }
        });
        Self { port, seen }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://server.test:{}{path}", self.port)
    }

    pub(super) fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

async fn serve(
    mut stream: TcpStream,
    log: &Mutex<Vec<String>>,
    answer: &(impl Fn(&str) -> String + ?Sized),
) -> io::Result<()> {
    let request = hear(&mut stream).await?;
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    log.lock().unwrap().push(request);
    stream.write_all(answer(&path).as_bytes()).await
}

/// Reads a request to its end: who is answered before having asked hangs up.
pub(super) async fn hear(stream: &mut TcpStream) -> io::Result<String> {
    let mut request = String::new();
    let mut buffer = [0; 4_096];
    loop {
        let read = stream.read(&mut buffer).await?;
        request.push_str(&String::from_utf8_lossy(&buffer[..read]));
        if read == 0 || is_whole(&request) {
            return Ok(request);
        }
    }
}

fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else {
        return false;
    };
    let head = head.to_lowercase();
    let length = head.split("content-length: ").nth(1);
    let length = length.and_then(|rest| rest.lines().next()?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

pub(super) fn ok(body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}")
}

pub(super) fn redirect(status: u16, to: &str) -> String {
    format!("HTTP/1.1 {status} Elsewhere\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n")
}

/// Every name leads to this machine.
#[derive(Debug)]
pub(super) struct AllRoadsLeadHere;

impl Resolve for AllRoadsLeadHere {
    fn resolve<'a>(&'a self, _host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        Box::pin(async { Ok(vec![[127, 0, 0, 1].into()]) })
    }
}

/// Returns what allows a name, whatever it leads to, at a port.
pub(super) fn allowing(name: &str, port: u16) -> NetworkPolicy {
    NetworkPolicy::new(vec![entry(name, port, Reach::Private)])
}

pub(super) fn entry(name: &str, port: u16, reach: Reach) -> AllowEntry {
    AllowEntry::new(&format!("{name}:{port}"), reach).unwrap()
}

pub(super) fn policy(server: &Server) -> NetworkPolicy {
    allowing("server.test", server.port)
}

pub(super) fn client(policy: NetworkPolicy) -> NetworkClient {
    let clock = Arc::new(ManualClock::new(Timestamp::from_millis(0)));
    NetworkClient::with_resolver(policy, clock, AllRoadsLeadHere).unwrap()
}

/// Returns a request with header fields.
pub(super) fn with_fields(url: impl Into<String>, fields: &[(&str, &str)]) -> Request {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Request {
        headers: fields.iter().map(owned).collect(),
        ..Request::get(url)
    }
}

pub(super) async fn refused(client: &NetworkClient, url: &str) -> NetworkError {
    let answer: Result<Response, _> = client.fetch(url).await;
    answer.unwrap_err()
}
