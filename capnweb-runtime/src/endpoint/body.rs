//! Reading a body, no further than it may be long.

use std::io;
use std::pin::pin;

use bytes::Buf;
use http_body_util::BodyExt as _;
use hyper::body::Body;

/// Why there is no body.
#[derive(Debug, thiserror::Error)]
pub(super) enum BodyError {
    #[error("the body is too large")]
    TooLarge,
    #[error("the body is not UTF-8")]
    NotText,
    #[error("the body ended early: {0}")]
    Interrupted(io::Error),
}

/// Reads a body of at most `limit` bytes. One that says beforehand that it is longer is not read at
/// all.
pub(super) async fn text<B: Body>(body: B, limit: usize) -> Result<String, BodyError> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > limit {
        return Err(BodyError::TooLarge);
    }
    let mut body = pin!(body);
    // What is announced need not come: room is made as it does.
    let mut read = Vec::new();
    while let Some(frame) = body.as_mut().frame().await {
        let frame = frame.map_err(|_| BodyError::Interrupted(interrupted()))?;
        let Ok(mut data) = frame.into_data() else {
            continue;
        };
        if data.remaining() > limit - read.len() {
            return Err(BodyError::TooLarge);
        }
        while data.has_remaining() {
            let chunk = data.chunk();
            read.extend_from_slice(chunk);
            let length = chunk.len();
            data.advance(length);
        }
    }
    String::from_utf8(read).map_err(|_| BodyError::NotText)
}

fn interrupted() -> io::Error {
    io::ErrorKind::UnexpectedEof.into()
}
