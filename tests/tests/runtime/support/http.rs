//! HTTP as it is written.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::server::{address_of, in_time};

/// A whole response.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Response {
    /// Reads a response until the connection ends.
    pub(crate) async fn read(mut stream: TcpStream) -> Self {
        let mut bytes = Vec::new();
        // A server that has not read all of a request may reset the connection after its answer.
        drop(in_time(stream.read_to_end(&mut bytes)).await);
        let text = String::from_utf8(bytes).expect("these servers say nothing else");
        let (head, body) = text.split_once("\r\n\r\n").expect("a response");
        let status = head.get(9..12).and_then(|status| status.parse().ok());
        Self {
            status: status.expect("a status"),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(": "));
        let header = headers.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(header.1)
    }

    /// Returns the lines of the body, sorted.
    pub(crate) fn lines(&self) -> Vec<&str> {
        let mut lines: Vec<&str> = self.body.lines().collect();
        lines.sort_unstable();
        lines
    }
}

/// Sends a request as it is written.
pub(crate) async fn request(url: &str, text: &str) -> Response {
    Response::read(open(url, text).await).await
}

/// Begins a request.
pub(crate) async fn open(url: &str, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address_of(url))
        .await
        .expect("the server is there");
    stream.write_all(text.as_bytes()).await.expect("it listens");
    stream
}

/// Posts a batch.
pub(crate) async fn post(url: &str, body: &str) -> Response {
    post_with(url, "", body).await
}

/// Posts a batch with more headers, each with its line end.
pub(crate) async fn post_with(url: &str, headers: &str, body: &str) -> Response {
    request(url, &(post_head(url, headers, body.len()) + body)).await
}

/// The head of a POST of so many bytes.
pub(crate) fn post_head(url: &str, headers: &str, length: usize) -> String {
    let host = address_of(url);
    format!(
        "POST /rpc HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}Content-Length: \
         {length}\r\n\r\n"
    )
}
