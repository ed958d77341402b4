//! Reading a body, no further than it may be long.

use std::io;
use std::pin::pin;

use bytes::Buf;
use http_body_util::BodyExt as _;
use hyper::body::Body;
use memchr::memchr;

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

/// Splits a body into its messages. An empty line is a malformed one, an empty body has none
/// (protocol T-20, T-21).
pub(super) fn lines(body: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(body).filter(|body| !body.is_empty());
    std::iter::from_fn(move || {
        let text = rest?;
        let end = memchr(b'\n', text.as_bytes());
        let (line, after) = match end.and_then(|end| text.split_at_checked(end)) {
            Some((line, after)) => (line, after.get(1..)),
            None => (text, None),
        };
        rest = after;
        Some(line)
    })
}

fn interrupted() -> io::Error {
    io::ErrorKind::UnexpectedEof.into()
}

#[cfg(test)]
mod tests {
    use super::lines;

    /// The fault: a message is lost, or one is heard that nobody has sent.
    #[test]
    fn a_body_is_split_where_its_lines_end() {
        let split = |body| lines(body).collect::<Vec<_>>();
        assert_eq!(split(""), [""; 0]);
        assert_eq!(split("a"), ["a"]);
        assert_eq!(split("a\nö"), ["a", "ö"]);
        assert_eq!(split("a\n"), ["a", ""]);
        assert_eq!(split("\n"), ["", ""]);
        assert_eq!(split("ä\n\nb"), ["ä", "", "b"]);
    }
}
